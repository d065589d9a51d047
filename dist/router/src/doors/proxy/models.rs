//! `GET /v1/models`: one list of what all endpoints serve, and each model of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderMap};
use http::uri::PathAndQuery;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::{self, Answer};
use crate::core::{Core, LiveSettings, Refusal, RewriteSettings, printable};
use crate::doors::dismissal::Dismissal;
use crate::doors::upstream::{Origin, Outgoing, Pool, Upstreams};

/// An endpoint that has not answered by then is left out.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest list of one endpoint, in bytes.
const MOST_LIST: usize = 1 << 20;
const PATH: &str = "/v1/models";

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
}

/// Whether a path is that of the list, or of a model in it.
pub fn are_at(path: &str) -> bool {
    path.strip_prefix(PATH)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The list, or the model that the path names.
pub async fn answer(
    core: &Core,
    upstreams: &Upstreams,
    path: &str,
    client: &HeaderMap,
) -> Result<Response<Answer>, Dismissal> {
    let models = all(core, upstreams, client).await?;
    let id = path.strip_prefix(PATH).unwrap_or_default();
    let id = percent_decode_str(id.trim_matches('/')).decode_utf8_lossy();
    let found = match id.as_ref() {
        "" => json!({"object": "list", "data": models}),
        id => one(models, id)?,
    };
    Ok(answer::json(StatusCode::OK, found.to_string()))
}

fn one(models: Vec<Value>, id: &str) -> Result<Value, Dismissal> {
    let mut models = models.into_iter();
    let found = models.find(|model| model.get("id").and_then(Value::as_str) == Some(id));
    found.ok_or_else(|| {
        Dismissal::unknown_model(format!(
            "no endpoint serves the model {:?}: {PATH} lists the models",
            printable(id)
        ))
    })
}

/// The models of all endpoints that answer in time, each id once, in the order of the endpoints; then
/// those that are sent on under another name.
async fn all(
    core: &Core,
    upstreams: &Upstreams,
    client: &HeaderMap,
) -> Result<Vec<Value>, Dismissal> {
    let mut asked = JoinSet::new();
    let mut servers = BTreeSet::new();
    for (place, endpoint) in core.fleet().endpoints.iter().enumerate() {
        let settings = endpoint.settings.load_full();
        let server = (settings.url.clone(), settings.authority.clone());
        if !endpoint.healthy() || !servers.insert(server) {
            continue;
        }
        if let Ok(pool) = upstreams.pool(&settings.url, &settings.authority) {
            let key = client.get(AUTHORIZATION).cloned();
            asked.spawn(async move { (place, timeout(PATIENCE, ask(pool, key)).await) });
        }
    }
    let mut lists = Vec::new();
    let mut refused = None;
    while let Some(joined) = asked.join_next().await {
        match joined {
            Ok((place, Ok(Ok(list)))) => lists.push((place, list)),
            Ok((_, Ok(Err(Some(status))))) => refused = Some(status),
            _ => {}
        }
    }
    if lists.is_empty() {
        return Err(nothing(refused));
    }
    lists.sort_by_key(|(place, _)| *place);
    let served = lists.into_iter().flat_map(|(_, list)| list.data);
    Ok(merged(served.chain(renamed(&core.settings()))))
}

fn nothing(refused: Option<StatusCode>) -> Dismissal {
    match refused {
        Some(status) if status.is_client_error() => Dismissal {
            status,
            reason: "",
            kind: "invalid_request_error",
            about: None,
            sentence: format!("Every endpoint refused to list its models, the last with {status}."),
        },
        _ => Dismissal::refused(&Refusal::NoEndpoints),
    }
}

/// Models that clients can name because the settings send them on under another name.
fn renamed(settings: &LiveSettings) -> Vec<Value> {
    let named = settings
        .rewrites
        .iter()
        .filter(|rule| !rule.model.is_empty());
    let model = |rule: &RewriteSettings| {
        let root = rule.targets.first().map(|target| &target.model);
        json!({"id": rule.model, "object": "model", "owned_by": "plimsoll", "root": root})
    };
    named.map(model).collect()
}

/// Each id once; what has no id is left out.
fn merged(models: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut ids = BTreeSet::new();
    models
        .filter(|model| {
            let id = model.get("id").and_then(Value::as_str);
            id.is_some_and(|id| ids.insert(id.to_owned()))
        })
        .collect()
}

/// The list of one endpoint; else the status with which it refused, if it said one.
async fn ask(pool: Arc<Pool>, key: Option<http::HeaderValue>) -> Result<List, Option<StatusCode>> {
    let make = |origin: &Origin| request(origin, key.clone());
    let (response, lease) = pool.send(make).await.map_err(|_| None)?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST_LIST)
        .collect()
        .await;
    let bytes = body.map_err(|_| None)?.to_bytes();
    lease.give_back();
    if !status.is_success() {
        return Err(Some(status));
    }
    serde_json::from_slice(&bytes).map_err(|_| None)
}

fn request(origin: &Origin, key: Option<http::HeaderValue>) -> Outgoing {
    let mut request = origin.get(&PathAndQuery::from_static(PATH));
    if let Some(key) = key {
        request.headers_mut().insert(AUTHORIZATION, key);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_and_its_models_have_paths_and_nothing_else() {
        for path in ["/v1/models", "/v1/models/", "/v1/models/a/b"] {
            assert!(are_at(path), "{path}");
        }
        for path in ["/v1/modelsx", "/models", "/v1", "/v2/v1/models"] {
            assert!(!are_at(path), "{path}");
        }
    }

    #[test]
    fn each_id_is_listed_once_and_the_first_counts() {
        let models = vec![
            json!({"id": "a", "n": 1}),
            json!({"id": "b"}),
            json!({"id": "a", "n": 2}),
            json!({}),
        ];
        let expected = vec![json!({"id": "a", "n": 1}), json!({"id": "b"})];
        assert_eq!(expected, merged(models.into_iter()));
    }
}
