//! Tests of the report page in a real browser: its content, no scripts, no network requests, and a layout that fits a
//! phone. Skipped with a visible note where there is no Chromium.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use harness::{Home, studies, wait};

/// The browser, when there is one.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Runs the browser without a screen, and gives back what it printed.
fn open(browser: &Path, home: &Home, flags: &[&str], page: &Path) -> String {
    let profile = home.folder().join("profile");
    let child = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
        // Whatever the page would fetch has nowhere to go; that it does not try is asserted on the page's own text.
        .args(["--disable-background-networking", "--proxy-server=127.0.0.1:9"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(flags)
        .arg(format!("file://{}", page.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let pid = child.id();
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || drop(tell.send(child.wait_with_output())));
    let Ok(output) = told.recv_timeout(wait::BOUND * 4) else {
        if let Some(pid) = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()) {
            let _ended = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        panic!("the browser does not end");
    };
    String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
}

/// The page of each study type, as a file.
fn pages(home: &Home) -> Vec<PathBuf> {
    let examples = [
        "meal-kit",
        "bank-app-nps",
        "broadband-outage",
        "heat-pump-questions",
        "subscription-ab-both",
    ];
    let export = |name: &str| {
        drop(home.run(["run", "--example", name]).expect(0));
        let file = format!("{name}.html");
        drop(home.run(["export", "@", "--format", "html", "-o", &file]).expect(0));
        home.folder().join(file)
    };
    examples.iter().map(|name| export(name)).collect()
}

/// A page that holds the report in a frame as wide as a phone, and writes down how wide the report would like to be. The
/// script is the frame's owner's: the report itself may run none.
fn phone(report: &str) -> String {
    let mut escaped = String::new();
    for letter in report.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    // Its policy would forbid the frame's owner to look inside: that it is there is asserted elsewhere.
    let escaped = escaped.replacen("http-equiv", "data-was", 1);
    let mut page = String::from("<!doctype html><meta charset=\"utf-8\">");
    let _ = write!(
        page,
        "<iframe width=\"360\" height=\"800\" style=\"border:0\" srcdoc=\"{escaped}\"></iframe><p id=\"found\"></p>\
         <script>onload = () => {{ const root = document.querySelector('iframe').contentDocument.documentElement; \
         let wide = []; for (const one of root.querySelectorAll('body *')) {{ const box = one.getBoundingClientRect(); \
         if (!one.closest('svg') && box.right > 360.5) wide.push(one.className || one.tagName); }} \
         document.getElementById('found').textContent = `width ${{root.scrollWidth}} wide ${{wide.length}} ${{wide.slice(0, 5)}}`; \
         }}</script>"
    );
    page
}

#[test]
fn pages_fit_a_phone_run_nothing_and_print() {
    let Some(browser) = browser() else {
        harness::say("SKIPPED: no Chromium is installed, so no page was opened in a browser.");
        return;
    };
    let home = Home::new();
    for page in pages(&home) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let report = std::fs::read_to_string(&page).unwrap();
        // The page as the browser understood it has the same parts, and nothing that came from a script.
        let dumped = open(&browser, &home, &["--dump-dom"], &page);
        for tag in ["<h2", "<svg", "<section", "<table"] {
            assert_eq!(dumped.matches(tag).count(), report.matches(tag).count(), "{tag} in {name}");
        }
        assert!(dumped.contains("no person was asked") && !dumped.contains("<script"), "{name}");
        // Nothing sticks out at the width of a phone.
        let frame = home.write(format!("phone-{name}"), phone(&report));
        let measured = open(&browser, &home, &["--dump-dom", "--window-size=800,900"], &frame);
        let found = measured.split("id=\"found\">").nth(1).unwrap().split('<').next().unwrap();
        assert_eq!(found.trim(), "width 360 wide 0", "{name}");
        // It prints, and it has a picture.
        let (pdf, png) = (home.folder().join("page.pdf"), home.folder().join("page.png"));
        drop(open(&browser, &home, &[&format!("--print-to-pdf={}", pdf.display())], &page));
        let shot = format!("--screenshot={}", png.display());
        drop(open(&browser, &home, &[&shot, "--window-size=360,1200"], &page));
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"), "{name}");
        assert!(std::fs::metadata(&png).unwrap().len() > 10_000, "{name}");
    }
}

/// What a respondent or an analyst wrote stays words, even when a browser reads it.
#[test]
fn a_page_with_hostile_words_runs_nothing() {
    let Some(browser) = browser() else {
        harness::say(
            "SKIPPED: no Chromium is installed, so no hostile page was opened in a browser.",
        );
        return;
    };
    let home = Home::new();
    let evil =
        "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
    let name = evil.replace('"', "\\\"");
    home.write(
        "study.md",
        format!(
            "---\nname: \"{name}\"\npanel: 10\nseed: 7\ncontext: \"Seen so: {name}\"\n---\n{}\n{evil}\n",
            studies::CONCEPT
        ),
    );
    drop(home.run(["run", "study.md"]).expect(0));
    drop(home.run(["export", "@", "--format", "html", "-o", "page.html"]).expect(0));
    let dumped = open(&browser, &home, &["--dump-dom"], &home.folder().join("page.html"));
    assert!(
        !dumped.contains("<title>owned") && !dumped.contains("<script") && !dumped.contains("<img")
    );
    assert!(dumped.contains("&lt;script&gt;document.title='owned'"), "{dumped:.2000}");
}
