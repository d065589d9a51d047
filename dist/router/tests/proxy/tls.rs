//! TLS on both sides, and certificates that change.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use plimsoll_router::core::LiveSettings;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::engine::{Behaviour, Engine};
use crate::support::{BODY, CHAT, eventually, live, post, start};

/// An authority and a certificate that it has signed, as PEM.
struct Signed {
    authority: String,
    certificate: String,
    key: String,
}

fn sign() -> Signed {
    sign_for("127.0.0.1")
}

fn sign_for(name: &str) -> Signed {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().pem();
    Signed {
        authority,
        certificate,
        key: key.serialize_pem(),
    }
}

/// A folder of PEM files; removed when dropped.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("plimsoll-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn server(&self, signed: &Signed) -> Value {
        json!({
            "certificate": self.write("certificate.pem", &signed.certificate),
            "key": self.write("key.pem", &signed.key),
        })
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

async fn ask(address: &str, authority: &str, protocol: &str) -> Result<u16, String> {
    ask_as(None, address, authority, protocol).await
}

/// The status of one request over TLS, or why there was none; the client shows a certificate if it has one.
async fn ask_as(
    client: Option<&Signed>,
    address: &str,
    authority: &str,
    protocol: &str,
) -> Result<u16, String> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        None => config.with_no_client_auth(),
        Some(signed) => {
            let (chain, key) = chain(signed);
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    let stream = TokioIo::new(stream.map_err(|error| error.to_string())?);
    let request = Request::post(format!("https://127.0.0.1{CHAT}"))
        .header("host", "router")
        .body(Full::<Bytes>::from(BODY))
        .unwrap();
    let response = if protocol == "h2" {
        let builder =
            hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
        let (mut sender, connection) = builder.handshake(stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await
    };
    response
        .map(|response| response.status().as_u16())
        .map_err(|error| error.to_string())
}

fn chain(signed: &Signed) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let certificate = CertificateDer::from_pem_slice(signed.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(signed.key.as_bytes()).unwrap();
    (vec![certificate], key)
}

/// An engine that shows this certificate.
async fn secure(signed: &Signed) -> Engine {
    let (chain, key) = chain(signed);
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Engine::start_secure(config, good()).await
}

fn good() -> Behaviour {
    Behaviour::plain(200, "{}")
}

#[tokio::test]
async fn clients_come_over_tls_with_either_protocol() {
    let (files, signed) = (Files::new("either"), sign());
    let engine = Engine::start(good()).await;
    let bootstrap = json!({"listen": "127.0.0.1:0", "tls": files.server(&signed)});
    let running = start(&bootstrap, &live(&[&engine.address], json!({})));
    for protocol in ["http/1.1", "h2"] {
        assert_eq!(
            Ok(200),
            ask(&running.proxy, &signed.authority, protocol).await,
            "{protocol}"
        );
    }
}

#[tokio::test]
async fn certificates_are_read_again_and_bad_ones_change_nothing() {
    let (files, old, new) = (Files::new("reload"), sign(), sign());
    let engine = Engine::start(good()).await;
    let settings = live(&[&engine.address], json!({}));
    let ca = files.write("ca.pem", &old.authority);
    let bootstrap = json!({
        "listen": "127.0.0.1:0", "tls": files.server(&old), "endpoint_tls": {"ca": ca},
    });
    let running = start(&bootstrap, &settings);
    files.write("certificate.pem", "nonsense");
    let error = running.router.apply(&settings).unwrap_err();
    assert!(error.0.contains("certificate.pem"), "{error}");
    files.write("certificate.pem", &new.certificate);
    let error = running.router.apply(&settings).unwrap_err();
    assert!(error.0.contains("do not fit together"), "{error}");
    assert_eq!(Ok(200), ask(&running.proxy, &old.authority, "h2").await);
    files.server(&new);
    files.write("ca.pem", "nonsense");
    let error = running.router.apply(&settings).unwrap_err();
    assert!(error.0.contains("ca.pem"), "{error}");
    assert_eq!(Ok(200), ask(&running.proxy, &old.authority, "h2").await);
    files.write("ca.pem", &new.authority);
    running.router.apply(&settings).unwrap();
    assert_eq!(Ok(200), ask(&running.proxy, &new.authority, "h2").await);
    assert!(ask(&running.proxy, &old.authority, "h2").await.is_err());
}

fn over_tls(engine: &Engine, authority: &str) -> LiveSettings {
    let settings = json!({"endpoints": [{
        "address": engine.address,
        "url": format!("https://{}", engine.address),
        "authority": authority,
    }]});
    LiveSettings::from_json(settings.to_string().as_bytes()).unwrap()
}

#[tokio::test]
async fn clients_must_show_a_certificate_of_the_authority_that_was_read_last() {
    let (files, server, one, two) = (Files::new("clients"), sign(), sign(), sign());
    let engine = Engine::start(good()).await;
    let settings = live(&[&engine.address], json!({}));
    let mut tls = files.server(&server);
    tls["client_ca"] = json!(files.write("clients.pem", &one.authority));
    let bootstrap = json!({
        "listen": "127.0.0.1:0", "tls": tls, "ext_proc": "127.0.0.1:0", "ext_proc_tls": tls,
    });
    let running = start(&bootstrap, &settings);
    let asked_at = async |door: &str, client: &Signed| {
        let asked = ask_as(Some(client), door, &server.authority, "h2").await;
        asked.is_ok()
    };
    let asked = async |client: &Signed| {
        let at_the_proxy = asked_at(&running.proxy, client).await;
        assert_eq!(at_the_proxy, asked_at(&running.picker, client).await);
        at_the_proxy
    };
    assert_eq!([true, false], [asked(&one).await, asked(&two).await]);
    files.write("clients.pem", &two.authority);
    running.router.apply(&settings).unwrap();
    assert_eq!([false, true], [asked(&one).await, asked(&two).await]);
    files.write("clients.pem", "nonsense");
    let error = running.router.apply(&settings).unwrap_err();
    assert!(error.0.contains("clients.pem"), "{error}");
    assert!(asked(&two).await);
}

#[tokio::test]
async fn endpoints_are_judged_by_the_authority_that_was_read_last() {
    let (files, signed, other) = (Files::new("trust"), sign(), sign());
    let engine = secure(&signed).await;
    let settings = over_tls(&engine, "");
    let ca = files.write("ca.pem", &other.authority);
    let bootstrap = json!({"listen": "127.0.0.1:0", "endpoint_tls": {"ca": ca}});
    let running = start(&bootstrap, &settings);
    assert_eq!(503, post(&running.proxy, BODY).await.status);
    files.write("ca.pem", &signed.authority);
    running.router.apply(&settings).unwrap();
    eventually("the endpoint is trusted", || {
        running.endpoint(&engine.address)["healthy"] == true
    })
    .await;
    assert_eq!(200, post(&running.proxy, BODY).await.status);
}

#[tokio::test]
async fn an_authority_s_own_certificate_is_refused_in_words() {
    let files = Files::new("own");
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap().pem();
    let signed = Signed {
        authority: certificate.clone(),
        certificate,
        key: key.serialize_pem(),
    };
    let engine = secure(&signed).await;
    let ca = files.write("ca.pem", &signed.authority);
    let bootstrap = json!({"listen": "127.0.0.1:0", "endpoint_tls": {"ca": ca}});
    let mut settings = over_tls(&engine, "");
    // Nobody asks before the client does.
    settings.scrape.interval_ms = 0;
    let running = start(&bootstrap, &settings);
    let reply = post(&running.proxy, BODY).await;
    assert_eq!(503, reply.status);
    assert!(reply.text().contains("CA:FALSE"), "{}", reply.text());
}

#[tokio::test]
async fn an_endpoint_is_reached_by_its_address_and_asked_by_its_name() {
    let (files, signed) = (Files::new("name"), sign_for("engine.example"));
    let engine = secure(&signed).await;
    let ca = files.write("ca.pem", &signed.authority);
    for (authority, expected) in [("engine.example", 200), ("other.example", 503), ("", 503)] {
        let bootstrap = json!({"listen": "127.0.0.1:0", "endpoint_tls": {"ca": ca}});
        let running = start(&bootstrap, &over_tls(&engine, authority));
        assert_eq!(
            expected,
            post(&running.proxy, BODY).await.status,
            "{authority}"
        );
    }
    assert_eq!("engine.example", engine.got()[0].headers["host"]);
}

#[tokio::test]
async fn endpoints_must_show_a_certificate_that_is_trusted() {
    let (files, signed, other) = (Files::new("endpoint"), sign(), sign());
    let engine = secure(&signed).await;
    let settings = over_tls(&engine, "");
    for (authority, expected) in [(&signed.authority, 200), (&other.authority, 503)] {
        let ca = files.write("ca.pem", authority);
        let bootstrap = json!({"listen": "127.0.0.1:0", "endpoint_tls": {"ca": ca}});
        let running = start(&bootstrap, &settings);
        let reply = post(&running.proxy, BODY).await;
        assert_eq!(expected, reply.status, "{}", reply.text());
    }
    assert_eq!(1, engine.got().len());
}
