//! CloudWatch's protocol of today. moto speaks the one before, which says the same in JSON; what
//! CBOR has and JSON has not are moments, known by the names of their members.

use anyhow::{Context, Result, bail};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Number, Value};

use super::answer::Content;
use super::{Answer, Call};

/// The header that names the protocol, and its value.
const PROTOCOL: (&str, &str) = ("smithy-protocol", "rpc-v2-cbor");
/// What the protocol before has in its `X-Amz-Target`.
const TARGET: &str = "GraniteServiceVersion20100801";
/// Lists and maps lie in one another; these deep are none of CloudWatch's.
const DEPTH: usize = 16;

/// Whether a request or an answer is in it.
pub(crate) fn is_spoken(headers: &HeaderMap) -> bool {
    headers.get(PROTOCOL.0).is_some_and(|it| it == PROTOCOL.1)
}

/// Has a call say what it says in JSON.
pub(crate) fn as_json(call: &mut Call, body: &[u8]) -> Result<Bytes> {
    let value = match body {
        [] => Value::Object(Map::new()),
        body => decoded(&mut Decoder::new(body), DEPTH).context("the request's CBOR")?,
    };
    call.path = "/".to_owned();
    call.headers.remove(PROTOCOL.0);
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    call.headers.insert(CONTENT_TYPE, json);
    let target = HeaderValue::from_str(&format!("{TARGET}.{}", call.operation))?;
    call.headers.insert("x-amz-target", target);
    Ok(value.to_string().into())
}

/// An answer in JSON, as whoever asks in CBOR understands it.
pub(crate) fn answered(answer: &Answer) -> Result<Answer> {
    let Content::Whole(bytes) = &answer.body else {
        bail!("the content is still on its way");
    };
    let value = match bytes.as_ref() {
        [] => Value::Object(Map::new()),
        text => serde_json::from_slice(text).context("the answer's JSON")?,
    };
    let mut encoder = Encoder::new(Vec::new());
    encode(&mut encoder, &value, false)?;
    let mut said = Answer::new(answer.status, "application/cbor", encoder.into_writer());
    let protocol = HeaderValue::from_static(PROTOCOL.1);
    said.headers.insert(PROTOCOL.0, protocol);
    Ok(said)
}

/// An answer to one who asks in CBOR, whatever became of it.
pub(crate) fn told(answer: &Answer) -> Answer {
    answered(answer).unwrap_or_else(|_| Answer::empty(StatusCode::INTERNAL_SERVER_ERROR))
}

fn decoded(from: &mut Decoder<'_>, depth: usize) -> Result<Value> {
    let Some(depth) = depth.checked_sub(1) else {
        bail!("it is nested too deeply");
    };
    Ok(match from.datatype()? {
        Type::Map | Type::MapIndef => {
            let length = from.map()?;
            let mut all = Map::new();
            while more(from, length, all.len())? {
                let key = text(from)?;
                all.insert(key, decoded(from, depth)?);
            }
            Value::Object(all)
        }
        Type::Array | Type::ArrayIndef => {
            let length = from.array()?;
            let mut all = Vec::new();
            while more(from, length, all.len())? {
                all.push(decoded(from, depth)?);
            }
            Value::Array(all)
        }
        Type::String | Type::StringIndef => Value::String(text(from)?),
        Type::Bool => Value::Bool(from.bool()?),
        Type::Null | Type::Undefined => {
            from.skip()?;
            Value::Null
        }
        Type::F16 | Type::F32 | Type::F64 => {
            Number::from_f64(from.f64()?).map_or(Value::Null, Value::Number)
        }
        // A moment is a number in JSON.
        Type::Tag => {
            from.tag()?;
            decoded(from, depth)?
        }
        _ => Value::from(i64::try_from(from.int()?)?),
    })
}

/// Whether another item follows; the end of a list without a length is taken.
fn more(from: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Result<bool> {
    if let Some(length) = length {
        return Ok((read as u64) < length);
    }
    let ends = from.datatype()? == Type::Break;
    if ends {
        from.skip()?;
    }
    Ok(!ends)
}

fn text(from: &mut Decoder<'_>) -> Result<String> {
    from.str_iter()?.map(|part| Ok(part?)).collect()
}

type To = Encoder<Vec<u8>>;

fn encode(to: &mut To, value: &Value, is_moment: bool) -> Result<()> {
    match value {
        Value::Null => to.null()?,
        Value::Bool(it) => to.bool(*it)?,
        Value::String(it) => to.str(it)?,
        Value::Number(it) if is_moment => {
            let seconds = it.as_f64().context("a moment")?;
            to.tag(Tag::new(1))?.f64(seconds)?
        }
        Value::Number(it) => match it.as_i64() {
            Some(whole) => to.i64(whole)?,
            None => to.f64(it.as_f64().context("a number")?)?,
        },
        Value::Array(all) => {
            to.array(all.len() as u64)?;
            return all.iter().try_for_each(|it| encode(to, it, is_moment));
        }
        Value::Object(all) => {
            to.map(all.len() as u64)?;
            return all.iter().try_for_each(|(key, it)| {
                to.str(key)?;
                let is_moment = key.ends_with("Timestamp") || key.ends_with("Timestamps");
                encode(to, it, is_moment)
            });
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_in_cbor_is_said_in_json_and_back() {
        let said = json!({
            "AlarmName": "a", "Threshold": 1.0, "Periods": [1, -2], "On": true, "None": null,
            "StateUpdatedTimestamp": 1_750_000_000.5,
        });
        let answer = Answer::new(StatusCode::OK, "application/json", said.to_string());
        let Content::Whole(bytes) = answered(&answer).unwrap().body else {
            panic!("it streams");
        };
        assert_eq!(decoded(&mut Decoder::new(&bytes), DEPTH).unwrap(), said);
        assert_eq!(
            bytes.iter().filter(|byte| **byte == 0xc1).count(),
            1,
            "one moment"
        );
    }

    #[test]
    fn what_has_no_length_ends_with_a_break() {
        // {_ "a": [_ 1], "b": (_ "x", "y")}
        let bytes = b"\xbf\x61a\x9f\x01\xff\x61b\x7f\x61x\x61y\xff\xff";
        let value = decoded(&mut Decoder::new(bytes), DEPTH).unwrap();
        assert_eq!(value, json!({ "a": [1], "b": "xy" }));
    }
}
