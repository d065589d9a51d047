//! Logging to standard error, set up by the first router of a process; later ones share it.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::core::SettingsError;
use crate::doors::{LogFormat, LogSettings};

/// Start logging. An error names directives that cannot be read.
pub fn start(settings: &LogSettings) -> Result<(), SettingsError> {
    let filter = EnvFilter::try_new(&settings.level).map_err(|error| {
        SettingsError(format!(
            "log.level {:?} cannot be read: {error}; give a level such as \"info\"",
            settings.level
        ))
    })?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A logger that is there already stays: it belongs to an earlier router of this process.
    let _earlier = match settings.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
