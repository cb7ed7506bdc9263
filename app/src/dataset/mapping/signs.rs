//! What a column's name and values look like to somebody who reads them: names and numbers of people,
//! addresses, and results of exams. Only proposals follow from it.

/// Why a column seems to identify single people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It is called like the names of people.
    Name,
    /// It is called like a number or code that people have.
    Number,
    /// It is called like what reaches people, as an address or a telephone number.
    Contact,
    /// Its values are e-mail addresses.
    Email,
}

/// Words for people's names, alone or at the end.
const NAMES: &[&str] = &[
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "forename",
    "nickname",
    "username",
    "studentname",
    "vorname",
    "nachname",
    "prenom",
    "prénom",
    "nombre",
    "apellido",
    "apellidos",
];
/// Whose name it may be; a school's or a course's is none of a person.
const PEOPLE: &[&str] = &[
    "first",
    "last",
    "full",
    "middle",
    "given",
    "family",
    "maiden",
    "preferred",
    "user",
    "student",
    "pupil",
    "learner",
    "child",
    "candidate",
    "person",
    "teacher",
    "tutor",
    "parent",
    "guardian",
    "mother",
    "father",
];
/// Words for numbers and codes that people have, at the end.
const NUMBERS: &[&str] = &[
    "id",
    "ids",
    "uid",
    "uuid",
    "guid",
    "ssn",
    "studentid",
    "pupilid",
    "userid",
    "personid",
    "matriculation",
    "passport",
    "upn",
    "matrikelnummer",
    "matrikelnr",
];
/// What has a number for each person.
const NUMBERED: &[&str] = &[
    "student",
    "pupil",
    "roll",
    "registration",
    "enrolment",
    "enrollment",
    "admission",
    "candidate",
    "matriculation",
    "matric",
    "passport",
    "seat",
    "account",
];
/// Words for such a number.
const NUMBER: &[&str] = &["number", "no", "nr", "num", "code"];
/// Words for what reaches people, anywhere.
const CONTACTS: &[&str] = &[
    "email",
    "mail",
    "phone",
    "telephone",
    "mobile",
    "cellphone",
    "address",
    "correo",
    "courriel",
];
/// Words for results, the last the most certain.
const RESULTS: &[&str] = &["result", "points", "marks", "mark", "gpa", "grade", "score"];

/// What speaks for an identifier; `levels` are the distinct texts of the column, if it has few.
pub(super) fn sign(name: &str, levels: &[String]) -> Option<Sign> {
    if !levels.is_empty() && levels.iter().all(|level| is_email(level)) {
        return Some(Sign::Email);
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (last, before) = words.split_last()?;
    let any_of = |of: &[&str]| before.iter().any(|word| of.contains(word));
    if NAMES.contains(last)
        || (["name", "names"].contains(last) && (before.is_empty() || any_of(PEOPLE)))
    {
        return Some(Sign::Name);
    }
    let person = before.is_empty() && ["student", "pupil", "learner"].contains(last);
    if person {
        return Some(Sign::Name);
    }
    if NUMBERS.contains(last) || (NUMBER.contains(last) && any_of(NUMBERED)) {
        return Some(Sign::Number);
    }
    let contact = words.iter().any(|word| CONTACTS.contains(word)) || words == ["e", "mail"];
    contact.then_some(Sign::Contact)
}

/// How much a name sounds like the result of an exam.
pub(super) fn outcome_rank(name: &str) -> usize {
    let words = words(name);
    let known = |word: &String| RESULTS.iter().position(|result| result == word);
    // What was before an exam explains it.
    let earlier = words
        .iter()
        .any(|word| ["previous", "prior", "past", "last"].contains(&word.as_str()));
    let best = words.iter().filter_map(known).max().filter(|_| !earlier);
    let exam = words
        .iter()
        .any(|word| ["exam", "final", "test"].contains(&word.as_str()));
    best.map_or(0, |rank| 2 * (rank + 1) + usize::from(exam))
}

/// The words of a name in small letters: `StudentID`, `student_id` and `Student Id` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && (before.is_lowercase() || (before.is_uppercase() && next_is_small));
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.trim().split_once('@') else {
        return false;
    };
    let plain = |part: &str| !part.is_empty() && !part.contains(['@', ' ']);
    plain(user)
        && plain(host)
        && host.split('.').count() > 1
        && host.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        let cases: &[(&str, &[&str])] = &[
            ("StudentID", &["student", "id"]),
            ("student_id", &["student", "id"]),
            ("IDNumber", &["id", "number"]),
            ("  Full  name ", &["full", "name"]),
            ("e-mail", &["e", "mail"]),
            ("Größe2", &["größe2"]),
            ("درجة", &["درجة"]),
            ("", &[]),
            ("__", &[]),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name), *expected, "{name:?}");
        }
    }

    #[test]
    fn identifiers_are_known_by_name_and_value() {
        let cases: &[(&str, &[&str], Option<Sign>)] = &[
            ("Name", &[], Some(Sign::Name)),
            ("student_name", &["Ann", "Bob"], Some(Sign::Name)),
            ("LastName", &[], Some(Sign::Name)),
            ("Student", &[], Some(Sign::Name)),
            ("School Name", &["North", "South"], None),
            ("Course_Name", &[], None),
            ("id", &[], Some(Sign::Number)),
            ("StudentID", &[], Some(Sign::Number)),
            ("Roll No", &[], Some(Sign::Number)),
            ("Student Number", &[], Some(Sign::Number)),
            ("Number of students", &[], None),
            ("Room number", &[], None),
            ("Width", &[], None),
            ("Grid", &[], None),
            ("Email", &[], Some(Sign::Contact)),
            ("E-Mail", &[], Some(Sign::Contact)),
            ("Parent phone", &[], Some(Sign::Contact)),
            ("Reach", &["a@b.org", "c.d@e.co.uk"], Some(Sign::Email)),
            ("Reach", &["a@b.org", "letter"], None),
            ("Reach", &["@", "a@b"], None),
            ("Gender", &["Female", "Male"], None),
            ("Internet_Access", &["Yes", "No"], None),
        ];
        for (name, levels, expected) in cases {
            let levels: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
            assert_eq!(sign(name, &levels), *expected, "{name} {levels:?}");
        }
    }

    #[test]
    fn outcomes_sound_like_results() {
        let rising = [
            "Age",
            "Result",
            "Grade",
            "Final grade",
            "Score",
            "Exam_Score",
        ];
        for pair in rising.windows(2) {
            assert!(outcome_rank(pair[0]) < outcome_rank(pair[1]), "{pair:?}");
        }
        assert_eq!(outcome_rank("Previous_Scores"), 0);
        assert_eq!(outcome_rank("Previous score"), 0);
    }
}
