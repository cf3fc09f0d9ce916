//! Tests of settings and paths: layers with their sources, problems with their place, and homes that cannot be used.

use std::os::unix::fs::{PermissionsExt, symlink};

use harness::{Home, studies};

#[test]
fn every_value_is_shown_with_its_source() {
    let home = Home::with_settings("[limits]\npanel_max = 500\n");
    let shown = home
        .command(["config", "--json"])
        .env("DEMOSCOPE_LIMITS_STUDIES_RUNNING", "2")
        .run()
        .expect(0)
        .json();
    assert_eq!(shown["limits.panel_max"]["value"], 500);
    let file = home.paths().config;
    assert_eq!(shown["limits.panel_max"]["source"], file.to_str().unwrap());
    assert_eq!(shown["limits.studies_running"]["value"], 2);
    assert_eq!(shown["limits.studies_running"]["source"], "$DEMOSCOPE_LIMITS_STUDIES_RUNNING");
    assert_eq!(shown["backup.keep"]["source"], "default");
    let path = home.run(["config", "--path"]).expect(0).out();
    assert_eq!(path.trim_end(), file.to_str().unwrap());
    assert!(home.run(["config"]).expect(0).out().contains("limits.panel_max"));
    assert!(!home.paths().socket.exists(), "config starts no daemon");
}

#[test]
fn a_setting_takes_effect() {
    let home = Home::with_settings("[limits]\npanel_max = 50\n");
    home.write("idea.md", studies::concept(51, 7));
    drop(home.run(["run", "idea.md"]).expect(2).says("idea.md:3").says("panel_max"));
    drop(home.run(["run", "idea.md", "--panel", "50"]).expect(0));
}

#[test]
fn problems_come_with_file_line_and_hint() {
    let bad = [
        ("[limits]\npanle_max = 5\n", "config.toml:2", "did you mean 'limits.panel_max'?"),
        ("[limits]\npanel_max = \"many\"\n", "config.toml:2", "whole number"),
        ("[limits]\npanel_max = -1\n", "config.toml:2", "limits.panel_max"),
        ("[limits]\npanel_max = 0\n", "limits.panel_max", ""),
        ("[limits]\npanel_max = 99999999999999999999\n", "config.toml:2", ""),
        ("[limits]\npanel_max = 4294967296\n", "config.toml:2", "limits.panel_max"),
        ("[limits\n", "config.toml:1", ""),
        ("[credits]\ntier = \"gold\"\n", "credits.tier", ""),
        ("[engine.offline]\nanswers_per_second = 1.5\n", "config.toml:2", ""),
    ];
    for (text, place, hint) in bad {
        let home = Home::with_settings(text);
        let shown = home.run(["config"]).expect(2);
        assert!(shown.err().contains(place) && shown.err().contains(hint), "{text}: {shown}");
        let refused = home.run(["daemon", "run"]).expect(2);
        assert!(refused.err().contains(place), "the daemon says it too: {text}: {refused}");
        assert!(!home.paths().database.exists(), "nothing is made before the settings are read");
    }
}

#[test]
fn a_settings_file_that_cannot_be_read_is_named() {
    let home = Home::new();
    std::fs::create_dir_all(home.paths().config).unwrap();
    drop(home.run(["config"]).expect(2).says("config.toml"));
    let home = Home::new();
    home.configure("");
    std::fs::write(home.paths().config, b"[limits]\npanel_max = \xff\n").unwrap();
    drop(home.run(["config"]).expect(2).says("config.toml"));
}

/// The daemon reads settings when it starts: whoever names an engine that was added since is told so, and how to start it anew.
#[test]
fn an_engine_that_was_added_while_the_daemon_works_is_told_as_that() {
    let home = Home::with_settings("");
    let _daemon = home.daemon();
    home.configure("[engine.late]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\nmodel = \"m\"\napi_key_env = \"\"\n");
    home.write("idea.md", "---\nstudy: concept_test\npanel: 5\nengine: late\n---\nA weekly box.\n");
    for args in [vec!["run", "idea.md", "--yes"], vec!["engines", "check", "late"]] {
        let ended = home.run(args).expect(2);
        for word in
            ["no engine 'late'", "[engine.late]", "demoscope daemon stop && demoscope daemon start"]
        {
            assert!(ended.err().contains(word), "{word}: {ended}");
        }
    }
    let other = home.run(["run", "idea.md", "--engine", "later", "--yes"]).expect(2);
    assert!(!other.err().contains("daemon stop"), "{other}");
}

#[test]
fn variables_of_other_programs_are_left_alone() {
    let home = Home::new();
    drop(
        home.command(["config"])
            .env("DEMOSCOPE_HOMEPAGE", "x")
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .run()
            .expect(0),
    );
    drop(home.command(["config"]).env("DEMOSCOPE_LOG_LEVLE", "info").run().expect(2));
}

#[test]
fn homes_that_cannot_be_used_are_refused_with_a_reason() {
    let home = Home::new();
    home.write("idea.md", studies::concept(5, 7));
    home.write("file", "not a folder");
    let long = home.folder().join("a".repeat(120));
    symlink("/nowhere/at/all", home.folder().join("dangling")).unwrap();
    for (place, words) in [
        (home.folder().join("file"), ""),
        (home.folder().join("file/below"), ""),
        (long, "socket"),
        (std::path::PathBuf::from("/proc/nothing"), ""),
        (home.folder().join("dangling"), ""),
    ] {
        let ended = home.command(["run", "idea.md"]).env("DEMOSCOPE_HOME", &place).run();
        assert!(matches!(ended.code(), 2 | 6), "{}: {ended}", place.display());
        assert!(ended.stdout.is_empty() && ended.err().contains("error:"), "{ended}");
        assert!(ended.err().contains(words), "{ended}");
    }
}

#[test]
fn a_read_only_home_is_refused_with_a_reason() {
    if rustix::process::geteuid().is_root() {
        harness::say("SKIPPED: root writes to read-only folders");
        return;
    }
    let home = Home::new();
    std::fs::create_dir_all(home.root()).unwrap();
    std::fs::set_permissions(home.root(), std::fs::Permissions::from_mode(0o500)).unwrap();
    home.write("idea.md", studies::concept(5, 7));
    let ended = home.run(["run", "idea.md"]);
    assert!(matches!(ended.code(), 2 | 6), "{ended}");
    std::fs::set_permissions(home.root(), std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn without_a_home_and_a_runtime_folder_places_are_still_found() {
    let home = Home::new();
    let config = |variables: &[(&str, &str)]| {
        let mut command = home.command(["config", "--path"]).env_remove("DEMOSCOPE_HOME");
        for (name, value) in variables {
            command = command.env(name, value);
        }
        command.run()
    };
    let folder = home.folder().to_str().unwrap();
    let found = config(&[]).expect(0).out();
    assert!(found.starts_with(folder), "{found}");
    for runtime in ["/nowhere", "relative", ""] {
        drop(config(&[("XDG_RUNTIME_DIR", runtime)]).expect(0));
    }
    // Everything works there, too: the socket goes into a folder of ours.
    home.write("idea.md", studies::concept(5, 7));
    let ran = home
        .command(["run", "idea.md", "--json"])
        .env_remove("DEMOSCOPE_HOME")
        .env("XDG_RUNTIME_DIR", "/nowhere")
        .run()
        .expect(0);
    assert_eq!(ran.json()["study"]["panel"]["delivered"], 5);
    let status = home
        .command(["daemon", "status", "--json"])
        .env_remove("DEMOSCOPE_HOME")
        .env("XDG_RUNTIME_DIR", "/nowhere")
        .run()
        .expect(0)
        .json();
    assert!(status["socket"].as_str().unwrap().starts_with(folder), "{status}");
    drop(
        home.command(["daemon", "stop"])
            .env_remove("DEMOSCOPE_HOME")
            .env("XDG_RUNTIME_DIR", "/nowhere")
            .run()
            .expect(0),
    );
}

#[test]
fn every_command_has_a_help_page_and_the_shells_their_completions() {
    let home = Home::new();
    let overview = home.run(["--help"]).expect(0).out();
    let verbs: Vec<String> = overview
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|verb| verb != "help")
        .collect();
    assert!(verbs.len() > 15, "{verbs:?}");
    for verb in verbs {
        let page = home.run([verb.as_str(), "--help"]).expect(0);
        assert!(page.out().contains("Usage:"), "{page}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.run(["completions", shell]).expect(0).out().contains("demoscope"));
    }
    assert!(home.run(["man"]).expect(0).out().contains(".TH"));
    drop(home.run::<&str>([]).expect(0));
    drop(home.run(["--version"]).expect(0));
}
