//! Resolution of services from the shipped catalogue, the owner's settings and an environment.

use super::*;

fn environment(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn plain(name: &str, list: &[(&str, &str)]) -> Result<Service, Unready> {
    resolve(name, &EngineSettings::default(), &environment(list))
}

#[test]
fn a_key_in_the_usual_variable_is_enough() {
    for (name, preset) in &catalogue().unwrap().service {
        let mut given = vec![(preset.api_key_env.as_str(), "sk-test")];
        if preset.base_url.is_empty() {
            given.push((preset.base_url_env.as_deref().unwrap(), "https://own.example.com"));
        }
        let service = plain(name, &given).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(service.price.is_some(), "{name} has a price for the model it comes with");
        assert_eq!(service.bounds.requests_per_minute, None);
        assert_eq!(service.target.key.is_some(), !preset.local, "{name}");
        let concurrency = if preset.local { 4 } else { 100 };
        assert_eq!(service.bounds.concurrency, concurrency, "{name}");
        if !preset.local {
            assert!(matches!(
                plain(name, &[]),
                Err(Unready::NoKey { .. } | Unready::NoAddress { .. })
            ));
        }
    }
}

#[test]
fn addresses_are_read_as_the_services_own_clients_read_them() {
    let url = |name, list: &[(&str, &str)]| plain(name, list).unwrap().target.base_url.to_string();
    assert_eq!(url("ollama", &[]), "http://127.0.0.1:11434/v1");
    assert_eq!(url("ollama", &[("OLLAMA_HOST", "0.0.0.0:9999")]), "http://127.0.0.1:9999/v1");
    assert_eq!(
        url(
            "azure",
            &[("AZURE_OPENAI_ENDPOINT", "https://us.example.com/"), ("AZURE_OPENAI_API_KEY", "k")]
        ),
        "https://us.example.com/openai/v1"
    );
    assert_eq!(
        url(
            "openai",
            &[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "https://proxy.example.com/v2")]
        ),
        "https://proxy.example.com/v2"
    );
}

#[test]
fn every_spelling_of_a_host_leads_to_the_server_that_is_meant() {
    for (host, address) in [
        ("::1", "http://[::1]:11434/v1"),
        ("[::1]", "http://[::1]:11434/v1"),
        ("::", "http://127.0.0.1:11434/v1"),
        ("[::]:11434", "http://127.0.0.1:11434/v1"),
        ("http://[::]:9999", "http://127.0.0.1:9999/v1"),
        ("11434", "http://127.0.0.1:11434/v1"),
        ("*", "http://127.0.0.1:11434/v1"),
        ("*:9999", "http://127.0.0.1:9999/v1"),
        ("http://*:9999/", "http://127.0.0.1:9999/v1"),
        (":9999", "http://127.0.0.1:9999/v1"),
        ("OLLAMA_HOST=0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("10.0.0.7", "http://10.0.0.7:11434/v1"),
        ("http:/10.0.0.7:9999", "http://10.0.0.7:9999/v1"),
    ] {
        let service = plain("ollama", &[("OLLAMA_HOST", host)]).unwrap();
        assert_eq!(service.target.base_url.as_str(), address, "{host}");
    }
}

#[test]
fn a_key_is_sent_without_what_was_pasted_around_it_and_that_is_told() {
    let told = |key: &str| plain("openai", &[("OPENAI_API_KEY", key)]).unwrap().key_mended;
    assert!(told("Authorization: Bearer sk-abc").unwrap().contains("$OPENAI_API_KEY"));
    assert_eq!((told("sk-abc"), told(" sk-abc\r\n")), (None, None));
    let refused = plain("openai", &[("OPENAI_API_KEY", "sk-abc def")]).unwrap_err().to_string();
    assert!(refused.contains("has a blank in it") && !refused.contains("abc"), "{refused}");
}

#[test]
fn an_address_sees_only_the_key_it_came_with() {
    let service = plain(
        "openai",
        &[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "https://a.example.com/v1")],
    )
    .unwrap();
    let key = service.target.key.unwrap();
    assert!(key.for_url(&base_url("https://a.example.com/v1/chat/completions").unwrap()).is_some());
    assert!(key.for_url(&base_url("https://api.openai.com/v1").unwrap()).is_none());
    let plain_http =
        plain("openai", &[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "http://a.example.com/v1")]);
    assert!(matches!(plain_http, Err(Unready::Setting { key: "base_url", .. })));
}

#[test]
fn another_server_is_asked_without_a_key_where_there_is_none() {
    let local = ("OPENAI_BASE_URL", "http://localhost:8080/v1/");
    let service = plain("openai", &[local]).unwrap();
    assert_eq!(service.target.base_url.as_str(), "http://localhost:8080/v1");
    assert_eq!(service.address_from.to_string(), "$OPENAI_BASE_URL");
    assert!(service.target.key.is_none() && service.key_from.is_none());
    assert_eq!(service.embedding, None, "another server need not have it");
    let keyed = plain("openai", &[local, ("OPENAI_API_KEY", "k")]).unwrap();
    assert_eq!(keyed.key_from.as_deref(), Some("OPENAI_API_KEY"));
    // In the settings it is the same; but whoever names the variable of a key wants one to go there.
    let own = |api_key_env: Option<&str>| EngineSettings {
        base_url: Some("http://10.0.0.7:8000/v1".to_owned()),
        api_key_env: api_key_env.map(ToOwned::to_owned),
        ..EngineSettings::default()
    };
    let service = resolve("openai", &own(None), &environment(&[local])).unwrap();
    assert_eq!(service.address_from.to_string(), "settings, not $OPENAI_BASE_URL");
    assert!(service.target.key.is_none());
    let missing = resolve("openai", &own(Some("MINE")), &BTreeMap::new());
    let near = String::new();
    assert_eq!(missing.unwrap_err(), Unready::NoKey { variable: "MINE".to_owned(), near });
    // What every customer has an address of his own for is never asked without a key.
    let azure = [("AZURE_OPENAI_ENDPOINT", "https://us.example.com/")];
    assert!(matches!(plain("azure", &azure), Err(Unready::NoKey { .. })));
    assert!(matches!(
        plain("openai", &[("OPENAI_BASE_URL", "https://api.openai.com/v2")]),
        Err(Unready::NoKey { .. })
    ));
}

#[test]
fn an_owners_settings_win_and_are_checked() {
    let own: EngineSettings = toml::from_str(
        "kind = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\nmodel = \"mine\"\napi_key_env = \"\"\n\
         concurrency = 7\nprice = { input = 1.0, output = 2.0 }\ntemperature = 0.5\n",
    )
    .unwrap();
    let service = resolve("mine", &own, &BTreeMap::new()).unwrap();
    assert_eq!((service.model.as_str(), service.bounds.concurrency), ("mine", 7));
    assert_eq!(service.price, Price::dollars(1.0, 2.0, None));
    assert!(service.target.key.is_none());
    for (broken, key) in [
        (EngineSettings { kind: Some("nobody".to_owned()), ..own.clone() }, "kind"),
        (EngineSettings { concurrency: Some(0), ..own.clone() }, "concurrency"),
        (EngineSettings { temperature: Some(3.0), ..own.clone() }, "temperature"),
        (EngineSettings { model: Some("a b".to_owned()), ..own.clone() }, "model"),
        (EngineSettings { base_url: Some("ftp://x".to_owned()), ..own }, "base_url"),
    ] {
        match resolve("mine", &broken, &BTreeMap::new()) {
            Err(Unready::Setting { key: found, .. }) => assert_eq!(found, key),
            other => panic!("{key}: {other:?}"),
        }
    }
}

#[test]
fn a_price_is_never_taken_from_a_neighbour() {
    let with = |model: &str| {
        let own = EngineSettings { model: Some(model.to_owned()), ..EngineSettings::default() };
        resolve("openai", &own, &environment(&[("OPENAI_API_KEY", "k")])).unwrap()
    };
    assert_eq!(with("gpt-4o-2024-11-20").price, Price::dollars(2.5, 10.0, Some(1.25)));
    assert_eq!(with("gpt-4o-mini-2024-07-18").price, Price::dollars(0.15, 0.6, Some(0.075)));
    assert_eq!(with("gpt-4o-audio").price, None);
    assert_eq!(with("gpt-9").price, None);
    let thinking = with("o3");
    assert_eq!(
        (thinking.reasoning, thinking.temperature, thinking.output_tokens_max),
        (true, None, 4_000)
    );
}

#[test]
fn variables_are_exactly_those_that_services_read() {
    let own = EngineSettings { api_key_env: Some("MINE".to_owned()), ..EngineSettings::default() };
    let names = variables(&BTreeMap::from([("mine".to_owned(), own)]));
    for name in [
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "OLLAMA_HOST",
        "MINE",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    assert!(names.iter().all(|name| !name.is_empty()));
}

#[test]
fn embedding_models_come_with_their_price_and_never_where_they_may_not_be() {
    let of = |name: &str, own: EngineSettings| {
        let keys = [("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k"), ("GEMINI_API_KEY", "k")];
        resolve(name, &own, &environment(&keys)).map(|service| service.embedding)
    };
    let own = EngineSettings::default;
    let shipped = of("openai", own()).unwrap().unwrap();
    assert_eq!(shipped.model, "text-embedding-3-small");
    assert_eq!(shipped.price, Price::dollars(0.02, 0.0, None));
    assert_eq!(of("google", own()).unwrap().unwrap().price, Price::dollars(0.15, 0.0, None));
    assert_eq!(of("ollama", own()).unwrap().unwrap().price, Some(Price::FREE));
    assert_eq!(of("anthropic", own()), Ok(None));
    let elsewhere = EngineSettings { base_url: Some("http://127.0.0.1:9/v1".to_owned()), ..own() };
    assert_eq!(of("openai", elsewhere), Ok(None), "another server need not have it");
    let named = |model: &str, price| EngineSettings {
        embedding_model: Some(model.to_owned()),
        embedding_price: price,
        ..own()
    };
    assert_eq!(of("openai", named("mine", None)).unwrap().unwrap().price, None);
    let priced = of("openai", named("mine", Some(0.5))).unwrap().unwrap();
    assert_eq!(priced.price, Price::dollars(0.5, 0.0, None));
    for (name, own, key) in [
        ("anthropic", named("mine", None), "embedding_model"),
        ("openai", named("a b", None), "embedding_model"),
        ("openai", named("mine", Some(-1.0)), "embedding_price"),
    ] {
        match of(name, own) {
            Err(Unready::Setting { key: found, .. }) => assert_eq!(found, key),
            other => panic!("{key}: {other:?}"),
        }
    }
}

/// Everything that says what a model costs says the same: its price, and whether that is so because of where it is.
#[test]
fn a_model_without_a_price_is_free_on_a_machine_of_its_owners() {
    let at = |url: &str, more: &str| {
        let text = format!("kind = \"openai\"\nbase_url = \"{url}\"\nmodel = \"mine\"\n{more}\n");
        let own: EngineSettings = toml::from_str(&text).unwrap();
        let service = resolve("mine", &own, &BTreeMap::new()).unwrap();
        (service.price, service.is_free_here, service.embedding.and_then(|it| it.price))
    };
    let embeds = "embedding_model = \"e\"";
    let local = [
        "http://127.0.0.1:8080/v1",
        "http://localhost:8080/v1",
        "http://[::1]:8080/v1",
        "http://10.1.2.3/v1",
        "http://172.20.0.2/v1",
        "http://192.168.1.4:11434/v1",
        "http://169.254.1.1/v1",
        "http://[fd00::1]/v1",
        "http://[fe80::1]/v1",
    ];
    for url in local {
        assert_eq!(at(url, embeds), (Some(Price::FREE), true, Some(Price::FREE)), "{url}");
    }
    for url in [
        "https://llm.example.com/v1",
        "http://192.0.2.7/v1",
        "http://printer.local/v1",
        "http://172.32.0.1/v1",
    ] {
        assert_eq!(at(url, embeds), (None, false, None), "{url}");
    }
    let priced =
        "price = { input = 1.0, output = 2.0 }\nembedding_model = \"e\"\nembedding_price = 0.5";
    let (price, is_free_here, embedding) = at(local[0], priced);
    assert_eq!(
        (price, is_free_here),
        (Price::dollars(1.0, 2.0, None), false),
        "its owner says what it costs"
    );
    assert_eq!(embedding, Price::dollars(0.5, 0.0, None));
    // A name that a table knows may be a proxy to that service.
    let proxy = plain("openai", &[("OPENAI_BASE_URL", "http://127.0.0.1:4000/v1")]).unwrap();
    assert_eq!((proxy.price, proxy.is_free_here), (Price::dollars(0.4, 1.6, Some(0.1)), false));
    let own = plain("ollama", &[]).unwrap();
    assert_eq!((own.price, own.is_free_here), (Some(Price::FREE), true));
}
