#[test] fn embedded() { let t = super::Topics::parse().unwrap(); super::Situations::parse(&t).unwrap(); }
