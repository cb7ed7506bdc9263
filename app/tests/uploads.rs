//! Uploads: what comes of good files, bad ones, too large ones and none, over a store in memory, in a
//! folder, and one that fails; and how long they can be seen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use student_analytics::server::{App, Current, Limits, router};
use student_analytics::store::{Location, Store};
use support::uploads::{
    LIMITS, SMALL, address, dashboard, folder, form, is_unkept, stores, upload,
};
use support::{get, send};

const OTHER: &str = "Exam_Score,Sport\n50,chess\n60,rowing\n70,chess\n80,rowing\n";

#[tokio::test]
async fn an_upload_is_shown_by_every_process() {
    for store in stores("shown") {
        let app = dashboard(&store, LIMITS);
        let answer = upload(&app, OTHER).await;
        is_unkept(&answer);
        let address = address(&answer);
        assert!(address.starts_with("/overview?data="), "{address}");
        for app in [app, dashboard(&store, LIMITS)] {
            let page = get(&app, &address).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            assert!(page.body.contains("<strong>4</strong> of 4 students"));
            is_unkept(&page);
        }
    }
}

#[tokio::test]
async fn addresses_keep_the_dataset() {
    let app = dashboard(&Store::memory(), LIMITS);
    let address = address(&upload(&app, OTHER).await);
    let data = address.split_once('?').unwrap().1;
    let page = get(&app, &format!("/performance?{data}&Sport=chess")).await;
    assert!(page.body.contains("<strong>2</strong> of 4 students"));
    for kept in [
        format!("href=\"/overview?Sport=chess&amp;{data}\""),
        format!("href=\"/performance/histogram.csv?Sport=chess&amp;{data}\""),
        format!("name=\"data\" value=\"{}\"", &data["data=".len()..]),
    ] {
        assert!(page.body.contains(&kept), "{kept}\n{}", page.body);
    }
    let from_form = get(&app, &format!("/overview?{data}&Exam_Score.min=60")).await;
    assert_eq!(
        from_form.headers[header::LOCATION],
        *format!("/overview?Exam_Score=60..&{data}")
    );
    for path in ["/stats.json", "/performance/histogram.csv"] {
        let answer = get(&app, &format!("{path}?{data}&Sport=chess")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        is_unkept(&answer);
    }
    let wrong = get(&app, &format!("/overview?{data}&Gender=Female")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains(&format!("href=\"/overview?{data}\"")));
    is_unkept(&wrong);
}

#[tokio::test]
async fn what_is_refused_is_not_kept() {
    let large = format!("Exam_Score,x\n{}", "1,2\n".repeat(300_000));
    let cases = [
        (
            form("file", "Exam_Score,x\n1,2\n3\n"),
            422,
            "row 3, column 2 (`x`): 1 fields",
        ),
        (
            form("file", "Exam_Score,x\n1,2\nmany,3\n"),
            422,
            "row 3, column 1 (`Exam_Score`)",
        ),
        (
            form("file", "Exam_Score,x\n1,2\n3\nmany,3\n"),
            422,
            "</li><li>row 4, column 1 (`Exam_Score`)",
        ),
        (form("file", &large), 413, "larger than 1 MB"),
        (form("file", ""), 400, "No file came"),
        (form("other", OTHER), 400, "No file came"),
        (
            Request::post("/datasets").body(Body::from(OTHER)).unwrap(),
            400,
            "No file came",
        ),
    ];
    let Location::Local(place) = folder("refused") else {
        panic!("a folder is local");
    };
    let store = Store::open(&Location::Local(place.clone())).unwrap();
    let app = dashboard(&store, LIMITS);
    for (request, status, said) in cases {
        let answer = send(&app, request).await;
        assert_eq!(answer.status.as_u16(), status, "{said}: {}", answer.body);
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
        assert!(answer.body.contains("href=\"/overview\""));
        is_unkept(&answer);
    }
    assert_eq!(files(&place), 0);
    let page = get(&app, "/overview").await;
    assert!(page.body.contains("small.csv"));
}

/// Files below a folder.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    for broken in [
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nExam_Score,x\n1,",
        "--edge\r\n",
        "",
    ] {
        let Location::Local(place) = folder("broken") else {
            panic!("a folder is local");
        };
        let app = dashboard(
            &Store::open(&Location::Local(place.clone())).unwrap(),
            LIMITS,
        );
        let request = Request::post("/datasets");
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        let answer = send(&app, request.body(Body::from(broken)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{broken}");
        assert!(
            answer.body.contains("did not arrive as a whole"),
            "{}",
            answer.body
        );
        assert_eq!(files(&place), 0);
    }
}

#[tokio::test]
async fn what_is_not_there_may_have_expired() {
    for store in stores("expired") {
        let app = dashboard(&store, LIMITS);
        let address = address(&upload(&app, OTHER).await);
        let at_once = Limits {
            lifetime: Duration::ZERO,
            ..LIMITS
        };
        for (app, address) in [
            (&dashboard(&store, at_once), address.as_str()),
            (&app, "/overview?data=0123456789abcdef0123456789abcdef"),
            (&app, "/overview?data=nonsense"),
            (&app, "/overview?data=../../etc/passwd"),
            (&support::dashboard_on(SMALL), address.as_str()),
        ] {
            let answer = get(app, address).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
            assert!(answer.body.contains("may have expired"), "{}", answer.body);
            is_unkept(&answer);
        }
    }
}

#[tokio::test]
async fn a_deleted_upload_is_gone_everywhere() {
    for store in stores("deleted") {
        let apps = [dashboard(&store, LIMITS), dashboard(&store, LIMITS)];
        let address = address(&upload(&apps[0], OTHER).await);
        for app in &apps {
            assert_eq!(get(app, &address).await.status, StatusCode::OK);
        }
        let (_, id) = address.split_once("data=").unwrap();
        let delete = || Request::post(format!("/datasets/{id}/delete")).body(Body::empty());
        for _ in 0..2 {
            let answer = send(&apps[0], delete().unwrap()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            assert_eq!(answer.headers[header::LOCATION], "/overview");
            is_unkept(&answer);
        }
        for app in &apps {
            assert_eq!(get(app, &address).await.status, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn uploads_together_are_kept_apart() {
    let app = dashboard(&Store::memory(), LIMITS);
    let (one, two) = tokio::join!(upload(&app, OTHER), upload(&app, SMALL));
    let (one, two) = (address(&one), address(&two));
    assert_ne!(one, two);
    let (one, again, two) = tokio::join!(get(&app, &one), get(&app, &one), get(&app, &two));
    assert!(one.body.contains("of 4 students"));
    assert!(again.body.contains("of 4 students"));
    assert!(!two.body.contains("of 4 students"));
}

/// How often a process has read an uploaded file.
async fn reads(app: &Router) -> String {
    let metrics = get(app, "/metrics").await.body;
    let reads = metrics
        .lines()
        .find_map(|line| line.strip_prefix("student_analytics_uploads_read_total "));
    reads.expect("reads are counted").to_owned()
}

/// The process that took the file has read it for its answer; one that has not yet reads it once,
/// however many ask at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn first_views_together_read_the_file_once() {
    for store in stores("together") {
        let taker = dashboard(&store, LIMITS);
        let addresses = [
            address(&upload(&taker, OTHER).await),
            address(&upload(&taker, SMALL).await),
        ];
        assert_eq!(reads(&taker).await, "2");
        let app = dashboard(&store, LIMITS);
        let views = addresses.iter().cycle().take(40).map(|address| {
            let (app, address) = (app.clone(), address.clone());
            tokio::spawn(async move { get(&app, &address).await.status })
        });
        for view in views.collect::<Vec<_>>() {
            assert_eq!(view.await.unwrap(), StatusCode::OK);
        }
        assert_eq!(reads(&app).await, "2");
        // What does not fit into the cache is read for each view.
        let tiny = dashboard(&store, Limits { cache: 1, ..LIMITS });
        for expected in ["1", "2"] {
            assert_eq!(get(&tiny, &addresses[0]).await.status, StatusCode::OK);
            assert_eq!(reads(&tiny).await, expected);
        }
    }
}

#[tokio::test]
async fn datasets_that_do_not_fit_the_cache_are_shown_too() {
    let tiny = Limits { cache: 1, ..LIMITS };
    let app = dashboard(&Store::memory(), tiny);
    let address = address(&upload(&app, OTHER).await);
    assert_eq!(get(&app, &address).await.status, StatusCode::OK);
}

/// The folder is replaced by a file, so nothing can be kept or read there.
#[tokio::test]
async fn a_store_that_fails_says_so_and_the_rest_is_served() {
    let Location::Local(place) = folder("failing") else {
        panic!("a folder is local");
    };
    let app = dashboard(
        &Store::open(&Location::Local(place.clone())).unwrap(),
        LIMITS,
    );
    let address = address(&upload(&app, OTHER).await);
    std::fs::remove_dir_all(&place).unwrap();
    std::fs::write(&place, "").unwrap();
    for answer in [upload(&app, OTHER).await, get(&app, &address).await] {
        assert_eq!(
            answer.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{}",
            answer.body
        );
        assert_eq!(answer.headers[header::RETRY_AFTER], "5");
        is_unkept(&answer);
    }
    assert_eq!(get(&app, "/overview").await.status, StatusCode::OK);
    std::fs::remove_file(&place).unwrap();
}

#[tokio::test]
async fn the_form_is_there_when_uploads_are() {
    let form =
        "<form id=\"upload\" method=\"post\" action=\"/datasets\" enctype=\"multipart/form-data\"";
    let with = dashboard(&Store::memory(), LIMITS);
    let without = support::dashboard_on(SMALL);
    assert!(get(&with, "/overview").await.body.contains(form));
    assert!(!get(&without, "/overview").await.body.contains("/datasets"));
    let refused = upload(&without, OTHER).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_shown_before_there_is_data() {
    let app = router(App::new(Arc::new(Current::waiting()), None).unwrap(), None);
    for address in ["/overview", "/stats.json", "/performance/histogram.csv"] {
        let answer = get(&app, address).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
        assert_eq!(answer.headers[header::RETRY_AFTER], "5");
        assert!(answer.body.contains("The data is being loaded"));
    }
    let ready = get(&app, "/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), ready.body.as_str()),
        (503, "loading\n")
    );
    for address in ["/healthz", "/metrics"] {
        assert_eq!(get(&app, address).await.status, StatusCode::OK, "{address}");
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_told_what_is() {
    let app = dashboard(&Store::memory(), LIMITS);
    let cases = [
        ("GET", "/datasets", "Forms are sent to this address"),
        ("HEAD", "/datasets", ""),
        (
            "GET",
            "/datasets/0/delete",
            "Forms are sent to this address",
        ),
        ("POST", "/overview", "This address is for reading"),
        ("DELETE", "/overview", "This address takes no such request"),
    ];
    for (method, address, said) in cases {
        let request = Request::builder().method(method).uri(address);
        let answer = send(&app, request.body(Body::empty()).unwrap()).await;
        let place = format!("{method} {address}");
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{place}");
        assert!(answer.headers.contains_key(header::ALLOW), "{place}");
        assert!(answer.body.contains(said), "{place}: {}", answer.body);
    }
}

#[tokio::test]
async fn other_sites_change_nothing() {
    let app = dashboard(&Store::memory(), LIMITS);
    let address = address(&upload(&app, OTHER).await);
    let (_, id) = address.split_once("data=").unwrap();
    let delete = Request::post(format!("/datasets/{id}/delete")).body(Body::empty());
    for mut request in [form("file", OTHER), delete.unwrap()] {
        let elsewhere = header::HeaderValue::from_static("cross-site");
        request.headers_mut().insert("sec-fetch-site", elsewhere);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer.body.contains("came from another site"),
            "{}",
            answer.body
        );
    }
    assert_eq!(get(&app, &address).await.status, StatusCode::OK);
}
