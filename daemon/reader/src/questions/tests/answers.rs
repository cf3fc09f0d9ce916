use super::panel::Read;
use super::{first, second, third};

#[test]
fn dump() {
    for (text, questions) in [(first::TEXT, first::QUESTIONS), (second::TEXT, second::QUESTIONS), (third::TEXT, third::QUESTIONS)] {
        let read = Read::of(text);
        println!("== {text}");
        for (question, class) in questions {
            let found = read.answers(question, 6);
            println!("\n[{class}] {question}");
            if found.is_empty() { println!("   declined"); }
            for (reading, said) in found.iter().take(3) {
                println!("   {:.2}: {} {:?}", reading.u, said.answer, said.themes);
            }
        }
    }
}
