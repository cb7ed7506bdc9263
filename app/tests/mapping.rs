//! What people say of an upload's columns: the form, what comes of it on every page and in every
//! process, and of forms that are wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/html.rs"]
mod html;
mod support;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use student_analytics::dataset::{MAX_COLUMNS, MAX_LEVELS};
use student_analytics::store::{Location, Store};
use support::uploads::{LIMITS, dashboard, folder, is_unkept, location, stores, upload};
use support::{Answer, get, send};

const CSV: &str = "\
StudentID,Shirt,Year,Points,Note
17,small,10,50,ab
18,large,9,60,cd
19,small,10,70,ef
20,large,9,80,gh
21,middle,9,90,ij
22,middle,10,40,
";

/// What the form would send unless it is changed.
const PROPOSED: &str =
    "outcome=4&type.1=identifier&type.2=factor&type.3=numeric&type.4=numeric&type.5=identifier";

/// The id of a table that was taken and asks for its mapping.
fn id(answer: &Answer) -> String {
    let location = location(answer);
    let rest = location.strip_prefix("/datasets/").expect(&location);
    rest.strip_suffix("/mapping").expect(&location).to_owned()
}

async fn taken(app: &Router, csv: &str) -> String {
    id(&upload(app, csv).await)
}

async fn confirm(app: &Router, id: &str, form: &str) -> Answer {
    let request = Request::post(format!("/datasets/{id}/mapping"));
    send(app, request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn form_of(app: &Router, id: &str) -> Answer {
    get(app, &format!("/datasets/{id}/mapping")).await
}

#[tokio::test]
async fn a_table_that_differs_asks_what_its_columns_hold() {
    let app = dashboard(&Store::memory(), LIMITS);
    let id = taken(&app, CSV).await;
    let page = form_of(&app, &id).await;
    assert_eq!(page.status, StatusCode::OK);
    is_unkept(&page);
    html::check(&page.body).unwrap();
    let main = page.body.split_once("<main").unwrap().1;
    let main = main.replace(&id, "ID").replace("><", ">\n<");
    insta::assert_snapshot!("mapping_form", main);
}

#[tokio::test]
async fn the_expected_columns_are_not_asked_about() {
    let app = dashboard(&Store::memory(), LIMITS);
    let expected =
        "Exam_Score,Gender,Hours_Studied\n50,Male,2\n60,Female,3\n70,Male,4\n80,Female,5\n";
    let address = location(&upload(&app, expected).await);
    let (path, id) = address.split_once("?data=").unwrap();
    assert_eq!(path, "/overview");
    let page = get(&app, &address).await;
    assert!(!page.body.contains("is guessed"));
    assert!(
        page.body
            .contains(&format!("href=\"/datasets/{id}/mapping\""))
    );
    let form = form_of(&app, id).await;
    assert!(
        form.body.contains("there is nothing to do"),
        "{}",
        form.body
    );
}

#[tokio::test]
async fn pages_follow_the_proposal_until_somebody_knows_better() {
    for store in stores("mapping") {
        let apps = [dashboard(&store, LIMITS), dashboard(&store, LIMITS)];
        let id = taken(&apps[0], CSV).await;
        for app in &apps {
            let page = get(app, &format!("/overview?data={id}")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(
                page.body
                    .contains("is guessed, and nobody has confirmed it")
            );
            // An identifier stands in the dictionary, and its values nowhere.
            assert!(page.body.contains("StudentID"));
            assert!(!page.body.contains(">17<"), "{}", page.body);
            assert!(!page.body.contains("name=\"StudentID"));
        }
        let changes = [
            // Another outcome, and levels on a scale.
            (
                "outcome=3&type.1=identifier&type.2=ordered&level.2.3=1&level.2.2=2&level.2.1=3&type.3=numeric&type.4=numeric&type.5=identifier",
                "Average Year by Shirt",
                ["small", "middle", "large"],
            ),
            // Confirmed again, otherwise.
            (
                "outcome=4&type.1=identifier&type.2=factor&level.2.2=-1&level.2.1=0.5&level.2.3=1e2&type.3=identifier&type.4=numeric&type.5=factor",
                "Average Points by Shirt",
                ["middle", "large", "small"],
            ),
        ];
        for (form, title, order) in changes {
            let saved = confirm(&apps[0], &id, form).await;
            assert_eq!(location(&saved), format!("/overview?data={id}"));
            is_unkept(&saved);
            for app in &apps {
                let page = get(app, &format!("/performance?data={id}&by=Shirt")).await;
                assert!(page.body.contains(title), "{title}: {}", page.body);
                assert!(!page.body.contains("is guessed"));
                let at = order.map(|level| page.body.find(&format!("value=\"{level}\"")).unwrap());
                assert!(at.is_sorted(), "{order:?}: {at:?}");
                let json = get(app, &format!("/stats.json?data={id}")).await;
                assert_eq!(json.status, StatusCode::OK);
                assert!(!json.body.contains("\"StudentID\":{"), "{}", json.body);
            }
        }
        // The address still chooses another outcome.
        let asked = get(&apps[1], &format!("/performance?data={id}&target=Points")).await;
        assert!(asked.body.contains("Average Points by"), "{}", asked.body);
        let hidden = get(&apps[1], &format!("/performance?data={id}&StudentID=17")).await;
        assert_eq!(hidden.status, StatusCode::BAD_REQUEST);
        let form = form_of(&apps[1], &id).await;
        assert!(form.body.contains("somebody has confirmed"));
        assert!(
            form.body.contains("name=\"level.2.3\" value=\"3\""),
            "{}",
            form.body
        );
    }
}

#[tokio::test]
async fn wrong_forms_name_the_column_and_keep_the_choices() {
    let app = dashboard(&Store::memory(), LIMITS);
    let id = taken(&app, CSV).await;
    let with = |from: &str, to: &str| PROPOSED.replacen(from, to, 1);
    let cases = [
        (String::new(), 400, "column 1 (`StudentID`) has no type"),
        (
            with("outcome=4&", ""),
            400,
            "no column is chosen as the outcome",
        ),
        (
            with("outcome=4", "outcome=0"),
            400,
            "no column is chosen as the outcome",
        ),
        (
            with("outcome=4", "outcome=6"),
            400,
            "no column is chosen as the outcome",
        ),
        (
            with("outcome=4", "outcome=2"),
            400,
            "column 2 (`Shirt`) is the outcome, so its type has to be numeric",
        ),
        (
            with("type.4=numeric", "type.4=identifier"),
            400,
            "column 4 (`Points`) is the outcome",
        ),
        (
            with("type.3=numeric", "type.3=date"),
            400,
            "column 3 (`Year`) has no type",
        ),
        (
            format!("{PROPOSED}&type.6=numeric"),
            400,
            "the table has no column 6",
        ),
        (
            format!("{PROPOSED}&type.0=numeric"),
            400,
            "the table has no column 0",
        ),
        (
            format!("{PROPOSED}&level.2.4=1"),
            400,
            "the table has no column 2.4",
        ),
        (
            format!("{PROPOSED}&level.2.1=1"),
            400,
            "the order of column 2 (`Shirt`) is incomplete",
        ),
        (
            format!("{PROPOSED}&level.2.1=1&level.2.2=2&level.2.3=2"),
            400,
            "Give every level a number of its own",
        ),
        (
            format!("{PROPOSED}&level.2.1=1&level.2.2=2&level.2.3=last"),
            400,
            "`last` is not a number",
        ),
        (
            format!("{PROPOSED}&level.2.1=1&level.2.2=2&level.2.3=NaN"),
            400,
            "`NaN` is not a number",
        ),
        (
            with("type.2=factor", "type.2=numeric"),
            422,
            "row 2, column 2 (`Shirt`): `small` is not a number",
        ),
        (
            with("type.5=identifier", "type.5=numeric"),
            422,
            "cells that are no numbers: 5",
        ),
    ];
    for (form, status, said) in cases {
        let answer = confirm(&app, &id, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{form}: {}", answer.body);
        assert!(answer.body.contains(said), "{form}: {}", answer.body);
        assert!(answer.body.contains("Nothing is changed yet"));
        is_unkept(&answer);
    }
    let chosen = format!("{PROPOSED}&level.2.1=7&level.2.2=2&level.2.3=2");
    let answer = confirm(
        &app,
        &id,
        &chosen.replace("type.3=numeric", "type.3=ordered"),
    )
    .await;
    html::check(&answer.body).unwrap();
    assert!(
        answer.body.contains("name=\"level.2.1\" value=\"7\""),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("value=\"ordered\" selected"));
    // Nothing of it was kept.
    assert!(
        form_of(&app, &id)
            .await
            .body
            .contains("Nobody has confirmed it yet")
    );
}

/// The folder is replaced by a file, so nothing can be kept there.
#[tokio::test]
async fn a_store_that_fails_keeps_the_choices_on_the_page() {
    let Location::Local(place) = folder("mapping-failing") else {
        panic!("a folder is local");
    };
    let app = dashboard(
        &Store::open(&Location::Local(place.clone())).unwrap(),
        LIMITS,
    );
    let id = taken(&app, CSV).await;
    std::fs::rename(&place, place.with_extension("away")).unwrap();
    std::fs::write(&place, "").unwrap();
    let form = PROPOSED.replace("type.3=numeric", "type.3=ordered");
    let answer = confirm(&app, &id, &form).await;
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.body
    );
    assert_eq!(answer.headers[header::RETRY_AFTER], "5");
    assert!(answer.body.contains("cannot be kept at the moment"));
    assert!(answer.body.contains("value=\"ordered\" selected"));
    std::fs::remove_file(&place).unwrap();
    std::fs::rename(place.with_extension("away"), &place).unwrap();
    assert_eq!(
        confirm(&app, &id, &form).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_mapping_goes_with_its_data() {
    let store = Store::memory();
    let app = dashboard(&store, LIMITS);
    let id = taken(&app, CSV).await;
    assert_eq!(
        confirm(&app, &id, PROPOSED).await.status,
        StatusCode::SEE_OTHER
    );
    let key = format!("uploads/{id}/mapping.json");
    let (_, json) = store.read(&key).await.unwrap();
    assert!(
        !String::from_utf8(json).unwrap().contains("small"),
        "it holds no cell"
    );
    let delete = Request::post(format!("/datasets/{id}/delete")).body(Body::empty());
    assert_eq!(
        send(&app, delete.unwrap()).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(store.read(&key).await.is_err());
    for answer in [form_of(&app, &id).await, confirm(&app, &id, PROPOSED).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        is_unkept(&answer);
    }
    assert!(
        store.read(&key).await.is_err(),
        "a late form leaves nothing behind"
    );
}

#[tokio::test]
async fn a_mapping_that_cannot_be_read_is_asked_for_again() {
    let store = Store::memory();
    let app = dashboard(&store, LIMITS);
    let id = taken(&app, CSV).await;
    for broken in ["", "{\"version\":2}", "null"] {
        let key = format!("uploads/{id}/mapping.json");
        store.put(&key, broken.into()).await.unwrap();
        let page = get(&app, &format!("/overview?data={id}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.body
                .contains(&format!("href=\"/datasets/{id}/mapping\""))
        );
        assert!(
            form_of(&app, &id)
                .await
                .body
                .contains("cannot be read any more")
        );
    }
    assert_eq!(
        confirm(&app, &id, PROPOSED).await.status,
        StatusCode::SEE_OTHER
    );
    let page = get(&app, &format!("/overview?data={id}")).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn the_last_of_many_wins_and_none_is_half() {
    for store in stores("mapping-together") {
        let apps = [dashboard(&store, LIMITS), dashboard(&store, LIMITS)];
        let id = taken(&apps[0], CSV).await;
        let other = PROPOSED.replace("type.2=factor", "type.2=identifier");
        for _ in 0..5 {
            let (one, two) = tokio::join!(
                confirm(&apps[0], &id, PROPOSED),
                confirm(&apps[1], &id, &other)
            );
            assert_eq!(
                (one.status, two.status),
                (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER)
            );
            let address = format!("/performance?data={id}");
            let pages = [get(&apps[0], &address).await, get(&apps[1], &address).await];
            assert_eq!(pages[0].status, StatusCode::OK);
            let shirts = pages.map(|page| page.body.contains("name=\"Shirt\""));
            assert_eq!(shirts[0], shirts[1], "both show the same one");
        }
    }
}

#[tokio::test]
async fn other_sites_and_other_forms_change_nothing() {
    let app = dashboard(&Store::memory(), LIMITS);
    let id = taken(&app, CSV).await;
    let post =
        |body: String| Request::post(format!("/datasets/{id}/mapping")).body(Body::from(body));
    let mut foreign = post(PROPOSED.to_owned()).unwrap();
    let elsewhere = header::HeaderValue::from_static("cross-site");
    foreign.headers_mut().insert("sec-fetch-site", elsewhere);
    assert_eq!(send(&app, foreign).await.status, StatusCode::FORBIDDEN);
    let large = send(&app, post("a".repeat(1_000_000)).unwrap()).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    for unknown in [
        "nonsense",
        "0123456789abcdef0123456789abcdef",
        "..%2F..%2Fetc",
    ] {
        let (shown, sent) = (
            form_of(&app, unknown).await,
            confirm(&app, unknown, PROPOSED).await,
        );
        assert_eq!(
            (shown.status.as_u16(), sent.status.as_u16()),
            (404, 404),
            "{unknown}"
        );
    }
    let without = support::dashboard_on("Exam_Score\n1\n");
    assert_eq!(
        confirm(&without, &id, PROPOSED).await.status,
        StatusCode::FORBIDDEN
    );
    assert!(
        form_of(&app, &id)
            .await
            .body
            .contains("Nobody has confirmed it yet")
    );
}

/// A column with every level that one may have, its order to be confirmed, as wide as a table may be.
#[tokio::test]
async fn the_widest_table_can_be_confirmed() {
    let mut csv = "Exam_Score".to_owned();
    for i in 1..MAX_COLUMNS {
        csv.push_str(&format!(",c{i}"));
    }
    for row in 0..2 * MAX_LEVELS {
        csv.push_str(&format!("\n{row}"));
        for _ in 1..MAX_COLUMNS {
            csv.push_str(&format!(",{}", char::from(b'A' + (row % MAX_LEVELS) as u8)));
        }
    }
    let app = dashboard(&Store::memory(), LIMITS);
    let id = taken(&app, &csv).await;
    let page = form_of(&app, &id).await;
    let places = page.body.matches("name=\"level.").count();
    // Its outcome has more values than levels are possible.
    assert_eq!(places, (MAX_COLUMNS - 1) * MAX_LEVELS);
    let mut form = "outcome=1&type.1=numeric".to_owned();
    for column in 2..=MAX_COLUMNS {
        form.push_str(&format!("&type.{column}=ordered"));
        for level in 1..=MAX_LEVELS {
            form.push_str(&format!(
                "&level.{column}.{level}={}",
                MAX_LEVELS + 1 - level
            ));
        }
    }
    let saved = confirm(&app, &id, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", form.len());
}

#[tokio::test]
async fn odd_tables_have_a_form() {
    let long = "ä".repeat(10_000);
    let cases = [
        format!("Exam_Score,Long\n1,{long}\n2,{long}\n"),
        "Exam_Score,درجة\n1,مرتفع\n2,مرتفع\n".to_owned(),
        "Exam_Score,data,target,type.1,col.x,a.min\n1,a,a,a,a,a\n2,a,a,a,a,a\n".to_owned(),
        "Exam_Score,None\n1,\n2,NA\n".to_owned(),
        "Exam_Score,<script>alert(1)</script>\n1,\"<b>\n\"\n2,\"<b>\n\"\n".to_owned(),
        "Exam_Score,\n1,a\n2,a\n".to_owned(),
        "id,Code\n1,a\n".to_owned(),
    ];
    let app = dashboard(&Store::memory(), LIMITS);
    for csv in cases {
        let id = taken(&app, &csv).await;
        let page = form_of(&app, &id).await;
        assert_eq!(page.status, StatusCode::OK);
        html::check(&page.body).unwrap();
        assert!(page.body.len() < 30_000, "{}", page.body.len());
        // What the page proposes can be confirmed as it stands.
        let saved = confirm(&app, &id, &fields(&page.body)).await;
        assert_eq!(location(&saved), format!("/overview?data={id}"), "{csv}");
        let figures = get(&app, &format!("/overview?data={id}")).await;
        assert_eq!(figures.status, StatusCode::OK);
    }
}

/// What a browser would send of the form on a page.
fn fields(page: &str) -> String {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let mut sent = Vec::new();
    let mut select = String::new();
    for tag in page.split('<') {
        if tag.starts_with("select") {
            select = attribute(tag, "name");
        } else if tag.starts_with("option") && tag.contains(" selected") {
            sent.push(format!("{select}={}", attribute(tag, "value")));
        } else if tag.starts_with("input") {
            sent.push(format!(
                "{}={}",
                attribute(tag, "name"),
                attribute(tag, "value")
            ));
        }
    }
    sent.join("&")
}
