//! Tests of the way to a model service: proxies, certificate authorities, plain http in an office, and that the causes of
//! a failure are told apart, each with the setting that helps.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use harness::{Cli, Ended, Home, MockProvider, Proxy, TlsFront, studies};

/// A name that no resolver knows: only a proxy can lead there.
const ELSEWHERE: &str = "https://model.invalid/v1";

fn engine(base_url: &str, more: &str) -> String {
    format!(
        "[backup]\ndaily = false\n{more}\n[engine.office]\nkind = \"openai\"\nbase_url = \"{base_url}\"\nmodel = \"m\"\n\
         price = {{ input = 1.0, output = 2.0 }}\n"
    )
}

fn home(settings: &str) -> Home {
    let home = Home::with_settings(settings);
    home.write("idea.md", studies::concept(3, 7));
    home
}

fn check(home: &Home) -> Cli {
    home.command(["engines", "check", "office"]).env("OPENAI_API_KEY", "sk-canary-4711")
}

/// What a check says, in one line.
fn said(ended: &Ended) -> String {
    (ended.out() + &ended.err()).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_service_behind_a_proxy_is_reached_by_either_setting_and_no_other_way() {
    let mock = MockProvider::good();
    let front = TlsFront::before(mock.address());
    let ca = format!("ca_file = {:?}", TlsFront::authority());
    for (network, of_engine) in
        [("proxy = \"environment\"\n", false), ("", true), ("proxy = \"environment\"\n", true)]
    {
        let proxy = Proxy::to(front.address());
        let mut settings = engine(ELSEWHERE, &format!("[network]\n{network}{ca}"));
        if of_engine {
            settings.push_str(&format!("proxy = \"{}\"\n", proxy.url()));
        }
        let home = home(&settings);
        let mut command = check(&home);
        if !of_engine {
            command = command.env("HTTPS_PROXY", proxy.url());
        }
        let ended = command.run();
        assert_eq!(ended.code(), 0, "{network:?} {of_engine}: {ended}");
        assert!(!proxy.asked().is_empty());
        assert!(
            proxy.asked().iter().all(|place| place == "model.invalid:443"),
            "{:?}",
            proxy.asked()
        );
    }
    assert_eq!(mock.calls(), 3);
    assert!(mock.told().heard.iter().all(|heard| heard.headers["authorization"].ends_with("4711")));
}

#[test]
fn a_proxy_of_the_environment_that_is_not_used_is_told_of() {
    let mock = MockProvider::good();
    let proxy = Proxy::to(mock.address());
    let home = home(&engine(ELSEWHERE, ""));
    let begun = Instant::now();
    let ended = check(&home).env("HTTPS_PROXY", proxy.url()).run().expect(1);
    let told = said(&ended);
    assert!(told.contains("$HTTPS_PROXY is set, and proxies are not used"), "{told}");
    assert!(told.contains("network.proxy = \"environment\""), "{told}");
    assert!(told.contains("https://model.invalid/v1/chat/completions"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    // A study is over after a few calls, and not after a panel of them.
    let run = home
        .command(["run", "idea.md", "--engine", "office", "--yes"])
        .env("OPENAI_API_KEY", "sk-canary-4711")
        .env("HTTPS_PROXY", proxy.url())
        .run()
        .expect(4);
    assert!(said(&run).contains("$HTTPS_PROXY is set"), "{run}");
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

/// The daemon reaches services as its environment said when it was started; what a command has since is told with what helps.
#[test]
fn what_is_set_after_the_daemon_was_started_is_told() {
    let proxy = Proxy::saying("403 Forbidden");
    let started = |network: &str| {
        let home = home(&engine(ELSEWHERE, &format!("[network]\n{network}")));
        drop(home.run(["engines"]).expect(0));
        home
    };
    let home = started("proxy = \"environment\"");
    let with_password = proxy.url().replace("http://", "http://ann:pw-canary@");
    let told = said(&check(&home).env("HTTPS_PROXY", &with_password).run().expect(1));
    assert!(told.contains("the daemon was started without $HTTPS_PROXY"), "{told}");
    assert!(told.contains("demoscope daemon stop") && !told.contains("canary"), "{told}");
    assert_eq!(proxy.asked(), Vec::<String>::new());
    // Started anew, it goes that way.
    drop(home.run(["daemon", "stop"]).expect(0));
    let told = said(&check(&home).env("HTTPS_PROXY", &with_password).run().expect(1));
    assert!(told.contains("the proxy refuses") && !told.contains("started without"), "{told}");
    let home = started("proxy = \"none\"");
    let told = said(&check(&home).env("HTTPS_PROXY", &with_password).run().expect(1));
    assert!(told.contains("commands have set $HTTPS_PROXY since"), "{told}");
    assert!(told.contains("network.proxy = \"environment\""), "{told}");
}

/// A fault of the proxy is told as one: with its address, the setting that leads there, and never a password.
#[test]
fn a_fault_of_the_proxy_is_not_the_services() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let saying = ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"]
        .map(Proxy::saying);
    let [asks, forbids, fails] = saying.each_ref().map(Proxy::url);
    let told = |base: &str, proxy: &str| {
        let home = home(&(engine(base, "") + &format!("proxy = \"{proxy}\"\n")));
        said(&check(&home).run().expect(1))
    };
    let plain = "http://model.invalid/v1";
    for (base, proxy, words) in [
        (ELSEWHERE, closed.as_str(), "connection is refused"),
        (ELSEWHERE, "http://proxy.invalid:3128", "its host name is not found"),
        (ELSEWHERE, &asks, "asks for a name and a password"),
        (ELSEWHERE, &forbids, "refuses the connection"),
        (ELSEWHERE, &fails, "refuses the connection to the service"),
    ] {
        let told = told(base, proxy);
        for word in ["the proxy", words, proxy, "engine.office.proxy"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert!(!told.contains("the service cannot be reached"), "{told}");
    }
    // Without encryption the proxy answers in the place of the service.
    // A proxy that accepts a connection and never answers is no silent service.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    for (base, proxy, words) in [
        (plain, &asks, "asks for a name and a password"),
        (plain, &forbids, "answers in the place of the service"),
        (plain, &fails, "HTTP 502"),
        (ELSEWHERE, &silent, "does not answer in time"),
    ] {
        let more = format!("api_key_env = \"\"\ntimeout_seconds = 1\nproxy = \"{proxy}\"\n");
        let told =
            said(&home(&(engine(base, "") + &more)).run(["engines", "check", "office"]).expect(1));
        for word in ["the proxy", words, proxy, "engine.office.proxy"] {
            assert!(told.contains(word), "{word}: {told}");
        }
    }
    // By the environment, with a password that is not told; a study ends after a few calls.
    let home = home(&engine(ELSEWHERE, "[network]\nproxy = \"environment\""));
    let with_password = forbids.replace("http://", "http://ann:pw-canary@");
    let run = home
        .command(["run", "idea.md", "--engine", "office", "--yes"])
        .env("OPENAI_API_KEY", "sk-canary-4711")
        .env("HTTPS_PROXY", &with_password)
        .run()
        .expect(4);
    let told = said(&run);
    assert!(told.contains(&forbids) && told.contains("$HTTPS_PROXY"), "{told}");
    assert!(told.contains("network.proxy") && !told.contains("canary"), "{told}");
}

#[test]
fn a_certificate_of_the_owners_authority_is_trusted_by_setting_and_told_apart_without_it() {
    let mock = MockProvider::good();
    let front = TlsFront::before(mock.address());
    let base = format!("https://localhost:{}/v1", front.address().port());
    let without = home(&engine(&base, ""));
    let told = said(&check(&without).run().expect(1));
    assert!(told.contains("certificate") && told.contains("ca_file"), "{told}");
    assert!(told.contains("SSL_CERT_FILE counts as it is set when the daemon starts"), "{told}");
    let ca = format!("[network]\nca_file = {:?}", TlsFront::authority());
    let with = home(&engine(&base, &ca));
    drop(check(&with).run().expect(0));
    let run = with
        .command(["run", "idea.md", "--engine", "office", "--yes", "--json"])
        .env("OPENAI_API_KEY", "k")
        .run()
        .expect(0);
    assert_eq!(run.json()["study"]["panel"]["delivered"], 3);
    let broken = home(&engine(&base, "[network]\nca_file = \"/nowhere/ca.pem\""));
    let refused = broken.run(["engines"]);
    assert_ne!(refused.code(), 0);
    assert!(said(&refused).contains("ca_file"), "{refused}");
}

/// The address of a web server that answers whatever it is sent in plain http.
fn speaks_plainly() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            // All of a greeting is read, since what is left of it would reset the connection.
            let mut greeting = [0; 8_192];
            drop(client.read(&mut greeting));
            drop(client.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"));
        }
    });
    address
}

/// Without any certificate of this system everything works that needs none, and the rest says why it does not.
#[test]
fn certificates_that_cannot_be_read_hold_up_nobody_who_needs_none() {
    let mock = MockProvider::good();
    let home = home(&engine(
        &format!("{}/v1", mock.origin()),
        "[engine.far]\nkind = \"openai\"\napi_key_env = \"\"\nmodel = \"m\"",
    ));
    let command =
        |args: &[&str]| home.command(args.iter().copied()).env("SSL_CERT_FILE", "/missing.pem");
    drop(command(&["list"]).run().expect(0));
    drop(command(&["engines", "check", "office"]).env("OPENAI_API_KEY", "k").run().expect(0));
    let told = said(&command(&["engines", "check", "far"]).run());
    assert!(told.contains("$SSL_CERT_FILE") && told.contains("network.ca_file"), "{told}");
}

#[test]
fn a_certificate_of_another_host_and_a_port_without_encryption_are_told_apart() {
    let mock = MockProvider::good();
    let ca = format!("[network]\nca_file = {:?}", TlsFront::authority());
    let mut cases = vec![(speaks_plainly(), "write http:// in base_url")];
    #[cfg(target_os = "linux")]
    let front = TlsFront::elsewhere_before(mock.address());
    #[cfg(target_os = "linux")]
    cases.push((front.address(), "for another host name"));
    for (address, words) in cases {
        let base = format!("https://{address}/v1");
        let told = said(&check(&home(&engine(&base, &ca))).run().expect(1));
        assert!(told.contains(words) && !told.contains("not trusted"), "{told}");
    }
    let word = home(&(engine(ELSEWHERE, "") + "proxy = \"yes\"\n"));
    let told = said(&check(&word).run());
    assert!(told.contains("\"none\", or the address of a proxy"), "{told}");
}

#[test]
fn a_refused_connection_an_unknown_name_and_silence_are_told_apart() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let told = |base: &str, more: &str| {
        let home = home(&(engine(base, "") + more));
        said(&check(&home).run().expect(1))
    };
    let refused = told(&format!("http://127.0.0.1:{closed}/v1"), "");
    assert!(
        refused.contains("refuse") && refused.contains(&format!("127.0.0.1:{closed}")),
        "{refused}"
    );
    let unknown = told("https://model.invalid/v1", "");
    assert!(unknown.contains("name") && unknown.contains("model.invalid"), "{unknown}");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", silent.local_addr().unwrap());
    let waited = told(&base, "timeout_seconds = 1\n");
    assert!(waited.contains("in time"), "{waited}");
    for (one, other) in [(&refused, &unknown), (&unknown, &waited), (&waited, &refused)] {
        assert_ne!(one, other);
    }
}

#[test]
fn a_key_over_plain_http_goes_to_the_one_address_that_its_owner_named() {
    let told = |base: &str, more: &str| {
        let home = home(&(engine(base, "") + more));
        said(&check(&home).run())
    };
    let refused = told("http://192.168.77.20:8000/v1", "");
    assert!(refused.contains("plain_http = \"http://192.168.77.20:8000\""), "{refused}");
    assert!(refused.contains("ssh -L 8000:localhost:8000 192.168.77.20"), "{refused}");
    assert!(refused.contains("http://localhost:8000/v1"), "{refused}");
    // Another port is another address, and what is public never gets a key without https.
    let other =
        told("http://192.168.77.20:8000/v1", "plain_http = \"http://192.168.77.20:8001\"\n");
    assert!(other.contains("would show $OPENAI_API_KEY"), "{other}");
    let public = told("http://192.0.2.7/v1", "plain_http = \"http://192.0.2.7\"\n");
    assert!(public.contains("plain_http") && public.contains("public address"), "{public}");
}
