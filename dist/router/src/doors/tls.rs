//! Certificates: those that are shown to clients, and those that endpoints must show.
//!
//! It promises that a pair of files that cannot be used changes nothing: the certificates that were in
//! force stay, and the error names the file.

use std::path::Path;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::TlsConnector;

use super::bootstrap::{EndpointTls, TlsFiles};
use crate::core::SettingsError;

/// What clients are shown; can be read anew while connections are open.
#[derive(Debug)]
pub struct Shown {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
    key: Arc<Replaceable>,
}

#[derive(Debug)]
struct Replaceable(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Replaceable {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Shown {
    /// Read the files.
    pub fn new(files: &TlsFiles) -> Result<Self, SettingsError> {
        let key = Arc::new(Replaceable(ArcSwap::from_pointee(certified(files)?)));
        let config = server_config(files, key.clone()).map_err(SettingsError)?;
        Ok(Self {
            files: files.clone(),
            config: ArcSwap::from_pointee(config),
            key,
        })
    }

    /// Read the files again. The function returned puts them in force; connections that are open keep
    /// what they were shown.
    pub fn reload(&self) -> Result<impl FnOnce() + '_, SettingsError> {
        let key = certified(&self.files)?;
        let config = server_config(&self.files, self.key.clone()).map_err(SettingsError)?;
        Ok(|| {
            self.key.0.store(Arc::new(key));
            self.config.store(Arc::new(config));
        })
    }

    /// For the next connection. What a client is shown follows every reload, what it must show does not.
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.load_full()
    }
}

fn certified(files: &TlsFiles) -> Result<CertifiedKey, SettingsError> {
    let chain = certificates(&files.certificate).map_err(SettingsError)?;
    let key = private_key(&files.key).map_err(SettingsError)?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| {
        SettingsError(format!(
            "the certificate {} and the key {} do not fit together: {error}",
            files.certificate.display(),
            files.key.display()
        ))
    })
}

fn server_config(files: &TlsFiles, key: Arc<Replaceable>) -> Result<ServerConfig, String> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be used: {error}"))?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            add(&mut roots, path)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
            let verifier = verifier.build();
            let verifier = verifier.map_err(|error| format!("{}: {error}", path.display()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_cert_resolver(key);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What certificates of endpoints are trusted; can be read anew while connections are open.
pub struct EndpointTrust {
    settings: EndpointTls,
    system: Vec<CertificateDer<'static>>,
    config: ArcSwapOption<ClientConfig>,
}

impl EndpointTrust {
    /// The system's authorities and those of the settings. Only a file of the settings that cannot be
    /// used is an error: a machine without authorities may have plain endpoints alone.
    pub fn new(settings: &EndpointTls) -> Result<Self, SettingsError> {
        let trust = Self {
            settings: settings.clone(),
            system: rustls_native_certs::load_native_certs().certs,
            config: ArcSwapOption::empty(),
        };
        trust.config.store(trust.read().map_err(SettingsError)?);
        Ok(trust)
    }

    /// Read the file of the settings again. The function returned puts it in force; connections that are
    /// open stay.
    pub fn reload(&self) -> Result<impl FnOnce() + '_, SettingsError> {
        let config = match &self.settings.ca {
            Some(_) => self.read().map_err(SettingsError)?,
            None => self.config.load_full(),
        };
        Ok(|| self.config.store(config))
    }

    fn read(&self) -> Result<Option<Arc<ClientConfig>>, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.system.iter().cloned());
        if let Some(path) = &self.settings.ca {
            add(&mut roots, path)?;
        }
        if roots.is_empty() {
            return Ok(None);
        }
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be used: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Some(Arc::new(config)))
    }

    /// For the next connection.
    pub fn connector(&self) -> Result<TlsConnector, String> {
        let config = self.config.load_full().map(TlsConnector::from);
        config.ok_or_else(|| {
            "this machine has no certificate authorities; set endpoint_tls.ca".to_owned()
        })
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    for certificate in certificates(path)? {
        roots
            .add(certificate)
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| format!("{} is no PEM file: {error}", path.display()))?;
    if found.is_empty() {
        return Err(format!(
            "{} holds no certificate in PEM form",
            path.display()
        ));
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| {
        format!(
            "{} holds no private key in PEM form: {error}",
            path.display()
        )
    })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}
