//! The network of an office: a proxy that takes CONNECT and notes where it was asked to go, and a TLS front with a
//! certificate by an authority that no machine trusts by itself. Both hand bytes on to a mock service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

use crate::program;

/// A proxy that leads every connection to one place.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    // Dropping it stops the proxy.
    _runtime: Runtime,
}

impl Proxy {
    /// A proxy that leads to that address, whatever it is asked for.
    #[must_use]
    pub fn to(place: SocketAddr) -> Self {
        let (runtime, listener) = listen();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let noted = Arc::clone(&noted);
                // A client that goes away is no error.
                tokio::spawn(async move { drop(lead(client, place, &noted).await) });
            }
        });
        Self { address, asked, _runtime: runtime }
    }

    /// A proxy that answers every request with that line and makes no connection.
    #[must_use]
    pub fn saying(line: &'static str) -> Self {
        let (runtime, listener) = listen();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = client.read_u8().await else { return };
                        head.push(byte);
                    }
                    let reply = format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n");
                    drop(client.write_all(reply.as_bytes()).await);
                });
            }
        });
        Self { address, asked: Arc::default(), _runtime: runtime }
    }

    /// Its address, as a variable of the environment names it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it was asked to go.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn lead(
    mut client: TcpStream,
    place: SocketAddr,
    noted: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    let Some(target) = line.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
        return client.write_all(b"HTTP/1.1 405 Only CONNECT\r\ncontent-length: 0\r\n\r\n").await;
    };
    noted.lock().unwrap_or_else(PoisonError::into_inner).push(target.to_owned());
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    let mut server = TcpStream::connect(place).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// A server that speaks TLS and hands what it reads on.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    // Dropping it stops the server.
    _runtime: Runtime,
}

impl TlsFront {
    /// In front of that service, at an address that its certificate names.
    #[must_use]
    pub fn before(service: SocketAddr) -> Self {
        Self::listening(service, listen())
    }

    /// In front of that service, at an address that its certificate does not name. Only Linux has more than one on a machine.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn elsewhere_before(service: SocketAddr) -> Self {
        Self::listening(service, listen_at("127.0.0.2:0"))
    }

    fn listening(service: SocketAddr, (runtime, listener): (Runtime, TcpListener)) -> Self {
        daemon::internals::install_tls();
        let chain = CertificateDer::pem_file_iter(fixture("server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(fixture("server.key")).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain.map(Result::unwrap).collect(), key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Whoever does not trust the certificate goes away.
                    let Ok(mut client) = acceptor.accept(client).await else { return };
                    let Ok(mut server) = TcpStream::connect(service).await else { return };
                    drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
                });
            }
        });
        Self { address, _runtime: runtime }
    }

    /// Its address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that its own is by.
    #[must_use]
    pub fn authority() -> PathBuf {
        fixture("ca.pem")
    }
}

fn listen() -> (Runtime, TcpListener) {
    listen_at("127.0.0.1:0")
}

fn listen_at(address: &str) -> (Runtime, TcpListener) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
    (runtime, listener)
}

fn fixture(name: &str) -> PathBuf {
    program::repository().join("tests/fixtures/tls").join(name)
}
