//! Many clients that go at once: their streams are reset before the picker has looked at them, and the
//! gateway's connection, which all others share, stays.

#![allow(clippy::unwrap_used, clippy::panic)]

mod picker;

use std::time::Duration;

use picker::*;
use plimsoll_router::doors::ext_proc::{PickerServer, SERVICE};
use plimsoll_router::doors::{Bootstrap, Drain};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const DATA_ENDS_HEADERS: u8 = 4;
const ACKNOWLEDGED: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The headers of a call, none of them indexed or compressed.
fn headers() -> Vec<u8> {
    let path = format!("/{SERVICE}/Process");
    let pairs = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", &path),
        (":authority", "picker"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let mut block = Vec::new();
    for (name, value) in pairs {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
    }
    block
}

async fn serve() -> std::net::SocketAddr {
    let bootstrap = Bootstrap::from_json(br#"{"ext_proc":"127.0.0.1:0"}"#).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = PickerServer::new(core(), &bootstrap, Drain::default());
    tokio::spawn(async move { server.serve(listener, None, None).await });
    address
}

/// Read frames until a PING is acknowledged; false: the connection is given up before.
async fn answers_a_ping(connection: &mut TcpStream) -> bool {
    loop {
        let mut head = [0; 9];
        if connection.read_exact(&mut head).await.is_err() {
            return false;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        connection.read_exact(&mut payload).await.unwrap();
        match (head[3], head[4]) {
            (6, ACKNOWLEDGED) => return true,
            (7, _) => return false,
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_connection_outlives_a_thousand_resets_at_once() {
    let mut connection = TcpStream::connect(serve().await).await.unwrap();
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend(frame(4, 0, 0, &[]));
    let headers = headers();
    for number in 0..1000 {
        let stream = 2 * number + 1;
        sent.extend(frame(1, DATA_ENDS_HEADERS, stream, &headers));
        sent.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
    }
    sent.extend(frame(6, 0, 0, &[0; 8]));
    connection.write_all(&sent).await.unwrap();
    let answered = answers_a_ping(&mut connection);
    let answered = tokio::time::timeout(Duration::from_secs(10), answered).await;
    assert_eq!(Ok(true), answered);
}
