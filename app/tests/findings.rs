//! What pages say in words, on small tables where it is known: findings at the edges, who is in which
//! group, what the model expects.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::http::StatusCode;
use support::{between, dashboard_on, get};

/// The finding of one chart.
fn finding(html: &str, id: &str) -> String {
    let figure = between(html, &format!("id=\"chart-{id}\""), "</figure>").expect(id);
    between(figure, "<p class=\"finding\">", "</p>")
        .expect(id)
        .to_owned()
}

#[tokio::test]
async fn findings_are_true_at_the_edges_too() {
    const SAME: &str = "Exam_Score,x,g\n70,1,a\n70,2,a\n70,3,b\n70,4,b\n";
    const TWO: &str = "Exam_Score,x,g\n70,1,a\n80,2,a\n";
    const TIED: &str = "Exam_Score,x,z\n1,1,2\n2,2,4\n3,3,6\n4,4,8\n";
    const FLAT: &str = "Exam_Score,x\n1,2\n2,2\n3,2\n";
    const STEEP: &str = "Exam_Score,x\n1,10000\n2,20000\n3,30100\n4,40000\n";
    const MODEL: &str = "Exam_Score,x,g\n2,1,a\n4.1,2,b\n6,3,a\n7.9,4,b\n10.1,5,a\n12,6,b\n13.9,7,b\n16,8,a\n9,,a\n";
    const GROUPS: &str = "Exam_Score,x,g,h\n71,1,a,u\n72,2,a,u\n73,3,a,u\n74,4,a,u\n76,5,b,u\n77,6,b,v\n\
                          78,7,b,v\n79,8,b,v\n";
    const UNRELATED: &str = "Exam_Score,x,g\n1,1,a\n2,2,b\n2,1,b\n1,2,a\n";
    let cases = [
        (
            SAME,
            "performance",
            "histogram",
            "All 4 students have Exam Score 70.",
        ),
        (
            SAME,
            "performance",
            "average",
            "The levels of g hardly differ: all average 70.0.",
        ),
        (SAME, "factors", "correlation", "No correlation is defined:"),
        (
            SAME,
            "factors",
            "scatter",
            "Exam Score is the same for all students here",
        ),
        (
            SAME,
            "factors",
            "variance",
            "Too few students are left, or nothing varies",
        ),
        (
            TWO,
            "factors",
            "scatter",
            "2 students are left, too few to speak of a relation.",
        ),
        (
            TWO,
            "factors",
            "variance",
            "Too few students are left, or nothing varies",
        ),
        (
            TWO,
            "performance",
            "average",
            "All students with a value have g a; they average 75.0.",
        ),
        (
            TIED,
            "factors",
            "correlation",
            "rises with x, as clearly as with any other numeric factor (r = 1.00)",
        ),
        (
            TIED,
            "factors",
            "variance",
            "x goes along with 100.0 % of the differences in the outcome, as much as the next one",
        ),
        (
            FLAT,
            "factors",
            "scatter",
            "x is the same for all students here",
        ),
        (
            STEEP,
            "factors",
            "scatter",
            "goes along with +0.000100 points",
        ),
        (STEEP, "factors", "correlation", "rises with x (r = 1.00)"),
        (
            UNRELATED,
            "factors",
            "correlation",
            "No numeric factor has a linear relation to Exam Score here",
        ),
        (
            "Exam_Score\n70\n",
            "performance",
            "histogram",
            "One student is left, with Exam Score 70.",
        ),
        (
            "Exam_Score\n70\n80\n90\n",
            "performance",
            "histogram",
            "The middle half of the students lies between 75 and 85",
        ),
        (
            "Exam_Score\n70\n80\n",
            "performance",
            "bands",
            "The bands Very Good (80-89) and Good (70-79) hold 50.0 % of the students each",
        ),
        (
            "Exam_Score,x\n1,1\n2,5\n3,2\n",
            "relationships?x=x&y=x",
            "relation",
            "Both axes show x.",
        ),
        (
            SAME,
            "factors",
            "coefficients",
            "All students with a value of every factor have the same outcome",
        ),
        (
            TWO,
            "factors",
            "coefficients",
            "With a value of every factor there are 2 students, too few for a model of 2 terms:",
        ),
        (
            "Exam_Score\n70\n80\n",
            "factors",
            "coefficients",
            "This table has no factor with values beside the outcome",
        ),
        (
            "Exam_Score,x,g\n70,,a\n80,2,\n90,,b\n91,,a\n92,,b\n93,3,\n",
            "factors",
            "coefficients",
            "No student here has an outcome and a value of every factor",
        ),
        (
            MODEL,
            "factors",
            "coefficients",
            "among 8 students (more than 99.9 % adjusted for the number of terms); chance alone is an unlikely explanation \
             (p &lt; 0.001). 1 student is left out, since a value is missing. With all other factors equal, each \
             additional unit of x goes along with +1.99 points of Exam Score",
        ),
        (
            MODEL,
            "factors",
            "partial",
            "Of the differences in Exam Score that the other factors leave, x goes along with more than 99.9 %; chance alone",
        ),
        (
            UNRELATED,
            "factors",
            "tests",
            "g goes along with about 100.0 % of the differences in Exam Score (ω²); a level with one student",
        ),
        (
            GROUPS,
            "compare?a.g=a&b.g=b",
            "means",
            "The mean Exam Score of group A is 5.00 points lower than that of group B (95 % interval",
        ),
        (
            GROUPS,
            "compare?a.g=a&b.g=b",
            "means",
            "a large difference of ",
        ),
        (
            GROUPS,
            "compare?a.g=a&b.g=b",
            "distributions",
            "The median of Exam Score is 72.5 in group A and 77.5 in group B. Of a student from group A and",
        ),
        (
            GROUPS,
            "compare?a.g=a&b.g=b",
            "contrasts",
            "The groups differ most in x, with an average of 2.5 in A and 6.5 in B (g = −",
        ),
        (
            GROUPS,
            "compare?a.x=9..",
            "means",
            "Group A has no student, so there is nothing to compare with.",
        ),
        (
            GROUPS,
            "compare?a.x=1..1",
            "means",
            "with one student in group A nothing can be said of how sure the difference is.",
        ),
        (
            SAME,
            "compare?a.g=a",
            "means",
            "within each group all students have the same, so the difference has neither an effect size",
        ),
        (
            "Exam_Score,x\n,1\n,2\n3,3\n4,4\n",
            "compare?a.x=..2",
            "means",
            "No student of group A has an outcome, so the groups cannot be compared.",
        ),
        (
            "Exam_Score,g\n1,a\n2,a\n3,b\n4,b\n",
            "compare?a.g=a",
            "contrasts",
            "This table has no factor beside the outcome and those that define the groups.",
        ),
    ];
    for (csv, page, id, expected) in cases {
        let answer = get(&dashboard_on(csv), &format!("/{page}")).await;
        let found = finding(&answer.body, id);
        assert!(
            found.contains(expected),
            "{csv}{page} {id}:\n{found}\nlacks: {expected}"
        );
        assert!(
            !found.contains('–') && !found.contains('∞'),
            "{csv}{page} {id}: {found}"
        );
    }
}

#[tokio::test]
async fn who_is_in_which_group_is_said() {
    const CSV: &str = "Exam_Score,x,g\n70,1,a\n71,2,a\n72,3,b\n73,4,b\n74,5,c\n75,6,\n76,7,c\n";
    let cases = [
        ("a.g=a", "Group A</dt><dd>g a (2 students)"),
        ("a.g=a", "Group B</dt><dd>everyone else (4 students)"),
        (
            "a.g=a",
            "1 student is in neither group, 1 of them because a value that decides it is missing.",
        ),
        ("b.g=a", "Group A</dt><dd>everyone else (4 students)"),
        ("a.g=a&b.g=b", "3 students are in neither group, 1 of them"),
        (
            "a.x=..4&b.x=3..",
            "2 students are in both groups and count in each.",
        ),
        ("a.x=1..&b.x=1..", "Both groups hold the same students"),
        (
            "a.Exam_Score=..72",
            "The groups are made by the outcome itself.",
        ),
        ("", "Nobody has chosen groups yet"),
    ];
    let app = dashboard_on(CSV);
    for (query, expected) in cases {
        let answer = get(&app, &format!("/compare?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        assert!(answer.body.contains(expected), "{query} lacks {expected}");
    }
    let both = get(&app, "/compare?a.g=a&b.g=b&col.x=2..").await;
    assert!(both.body.contains("<strong>6</strong> of 7 students"));
    assert!(
        both.body.contains("g a (1 student)"),
        "filters narrow both groups"
    );
}

#[tokio::test]
async fn a_student_is_predicted_as_the_address_says() {
    // The outcome is 2 x, and 3 more with g b, but for a little.
    let rows: String = (0..40)
        .map(|i| {
            let (x, b) = (i % 10, i % 4 / 2);
            let noise = if i % 3 == 0 { 0.1 } else { -0.05 };
            format!(
                "{},{x},{}\n",
                2.0 * f64::from(x) + 3.0 * f64::from(b) + noise,
                ["a", "b"][b as usize]
            )
        })
        .collect();
    let app = dashboard_on(&format!("Exam_Score,x,g\n{rows}"));
    let cases = [
        ("", "from students who are in every factor as most are"),
        (
            "if.x=4&if.g=b",
            "The model expects 11.0 points of Exam Score on average from such students",
        ),
        ("if.x=4&if.g=a", "The model expects 8.0"),
        ("if.x=4&if.g=a", "prediction interval"),
        (
            "if.x=100",
            "x 100 is beyond the 0 to 9 of the students here",
        ),
        ("if.g=b&g=a", "Of such students the data says nothing"),
    ];
    for (query, expected) in cases {
        let answer = get(&app, &format!("/factors?{query}")).await;
        let said = between(&answer.body, "id=\"heading-what-if\"", "</p>").expect(query);
        assert!(said.contains(expected), "{query}: {said}");
    }
}
