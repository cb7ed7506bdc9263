//! The rows as files: what each kind holds, how it is announced, and what strange addresses get.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::Read;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use polars::prelude::{ParquetReader, SerReader};
use serde_json::Value;
use support::{dashboard_on, get, send};
use tower::ServiceExt;

const SMALL: &str = include_str!("fixtures/small.csv");

#[tokio::test]
async fn files_are_announced_as_what_they_are() {
    let app = dashboard_on(SMALL);
    let cases = [
        ("/export.csv", "text/csv; charset=utf-8", "fixture.csv"),
        ("/export.json", "application/json", "fixture.json"),
        (
            "/export.parquet",
            "application/vnd.apache.parquet",
            "fixture.parquet",
        ),
        (
            "/export.csv?Gender=Male",
            "text/csv; charset=utf-8",
            "fixture-filtered.csv",
        ),
    ];
    for (address, media_type, name) in cases {
        for method in [Method::GET, Method::HEAD] {
            let request = Request::builder().method(&method).uri(address);
            let answer = send(&app, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::OK, "{method} {address}");
            assert_eq!(
                answer.headers[header::CONTENT_TYPE],
                media_type,
                "{method} {address}"
            );
            let disposition = format!("attachment; filename=\"{name}\"");
            assert_eq!(
                answer.headers[header::CONTENT_DISPOSITION],
                disposition,
                "{address}"
            );
            assert_eq!(
                answer.headers[header::CACHE_CONTROL],
                "no-cache",
                "{address}"
            );
            assert_eq!(
                answer.body.is_empty(),
                method == Method::HEAD,
                "{method} {address}"
            );
        }
    }
}

/// To its last byte; a file of several parts too.
#[tokio::test]
async fn every_kind_is_the_same_however_it_is_compressed() {
    let many = SMALL.lines().skip(1).collect::<Vec<_>>().join("\n");
    let header = SMALL.lines().next().unwrap();
    let many = format!("{header}\n{}", format!("{many}\n").repeat(5_000));
    for table in [SMALL, &many] {
        let app = dashboard_on(table);
        let ask = async |address: &str, offer: &str| {
            let request = Request::get(address).header(header::ACCEPT_ENCODING, offer);
            let request = request.body(Body::empty()).unwrap();
            let (head, body) = app.clone().oneshot(request).await.unwrap().into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            (head.headers.get(header::CONTENT_ENCODING).cloned(), bytes)
        };
        for address in [
            "/export.csv",
            "/export.json?Gender=Male",
            "/export.parquet",
            "/export.csv?Exam_Score=200..",
        ] {
            let (encoding, plain) = ask(address, "identity").await;
            assert_eq!(encoding, None, "{address}");
            for offer in ["gzip, deflate, br", "gzip", "br"] {
                let (encoding, bytes) = ask(address, offer).await;
                let mut decoded = Vec::new();
                if encoding.as_ref().is_some_and(|it| it == "gzip") {
                    GzDecoder::new(&bytes[..])
                        .read_to_end(&mut decoded)
                        .unwrap();
                } else {
                    decoded = bytes.to_vec();
                }
                // Parquet is compressed within, and what is made as it goes is never in Brotli.
                let compressed = !address.starts_with("/export.parquet") && offer != "br";
                assert_eq!(encoding.is_some(), compressed, "{address} {offer}");
                assert!(decoded == plain, "{address} {offer}");
            }
        }
    }
}

#[tokio::test]
async fn every_kind_has_the_rows_that_meet_the_filters() {
    let app = dashboard_on(SMALL);
    // The first column is an identifier, which stays where it is.
    let lines = SMALL.lines().filter_map(|line| line.split_once(','));
    let lines: Vec<&str> = lines.map(|(_, rest)| rest).collect();
    let men: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| line.contains(",Male"))
        .collect();
    assert!(!men.is_empty() && men.len() < lines.len() - 1);

    let csv = get(&app, "/export.csv?Gender=Male").await.body;
    let mut csv = csv.lines();
    assert_eq!(csv.next(), Some(lines[0]));
    assert_eq!(csv.collect::<Vec<_>>(), men);

    let json = get(&app, "/export.json?Gender=Male").await.body;
    let json: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(json.len(), men.len());
    let names: Vec<&str> = lines[0].split(',').collect();
    for (object, line) in json.iter().zip(&men) {
        assert_eq!(
            object.as_object().unwrap().keys().collect::<Vec<_>>(),
            names
        );
        assert_eq!(object["Gender"], "Male", "{line}");
    }

    let request = Request::get("/export.parquet?Gender=Male");
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let file = response.into_body().collect().await.unwrap().to_bytes();
    let frame = ParquetReader::new(std::io::Cursor::new(file))
        .finish()
        .unwrap();
    assert_eq!((frame.height(), frame.width()), (men.len(), names.len()));
}

#[tokio::test]
async fn addresses_that_say_nothing_are_refused_in_their_own_way() {
    let app = dashboard_on(SMALL);
    let cases = [
        (
            "/export.csv?nope=1",
            StatusCode::BAD_REQUEST,
            "unknown column `nope`",
        ),
        (
            "/export.parquet?Gender=X",
            StatusCode::BAD_REQUEST,
            "no level `X`",
        ),
        (
            "/export.json?Gender=X",
            StatusCode::BAD_REQUEST,
            "{\"problems\":[",
        ),
        (
            "/export.xlsx",
            StatusCode::NOT_FOUND,
            "nothing at this address",
        ),
        ("/export.csv?Exam_Score=200..", StatusCode::OK, "Exam_Score"),
        ("/export.json?Exam_Score=200..", StatusCode::OK, "[\n]\n"),
    ];
    for (address, status, expected) in cases {
        let answer = get(&app, address).await;
        assert_eq!(answer.status, status, "{address}");
        assert!(answer.body.contains(expected), "{address}: {}", answer.body);
    }
}

#[tokio::test]
async fn every_page_leads_to_the_files_of_its_rows() {
    let app = dashboard_on(SMALL);
    let query = "?Gender=Male&amp;target=Hours_Studied";
    for page in ["overview", "explore"] {
        let address = format!("/{page}?Gender=Male&target=Hours_Studied&color=Gender&bins=20");
        let answer = get(&app, &address).await;
        for kind in ["csv", "json", "parquet"] {
            let link = format!("href=\"/export.{kind}{query}\" download");
            assert!(answer.body.contains(&link), "{address} lacks {link}");
        }
    }
}
