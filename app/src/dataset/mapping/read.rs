//! Reads a table under a mapping, or under the one that is proposed for it.

use super::{Inference, Mapping, MappingError};
use crate::dataset::infer::{Meaning, meaning};
use crate::dataset::problem::shortened;
use crate::dataset::reader::{Text, fill, find_outcome, gather, header, slip, slips};
use crate::dataset::{Column, ColumnId, Dataset, Fault, ReadError, Report};

/// A table as a mapping has it.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The table.
    pub dataset: Dataset,
    /// What its cells say.
    pub inference: Inference,
    /// What was made of that.
    pub mapping: Mapping,
}

/// Reads the bytes of a CSV file under a mapping; without one under the proposal, for which `outcome`
/// is the column that tables are expected to have.
///
/// # Errors
/// Any [`ReadError`] but `Io`. Cells that are not of the type that the mapping gives their column are
/// reported like all others that are to be corrected.
pub fn read_mapped(
    name: String,
    bytes: &[u8],
    outcome: &str,
    mapping: Option<&Mapping>,
) -> Result<Mapped, ReadError> {
    let text = Text::Bytes(bytes);
    let (header, of_header) = header(text)?;
    let mut found = gather(text, &header)?;
    let report = of_header.merged(std::mem::take(&mut found.report));
    let expected = |report: Report| {
        let of = header.iter().zip(&found.evidence);
        let faulty: Vec<bool> = of.map(|(name, of)| of.is_faulty(name == outcome)).collect();
        Ok::<_, ReadError>(report.merged(slips(text, &header, &faulty, slip)?))
    };
    let report = match mapping {
        Some(_) => report,
        None => expected(report)?,
    };
    refuse(report)?;
    if found.rows == 0 {
        return Err(ReadError::NoRows);
    }
    let inference = Inference::new(&header, &found.evidence);
    let mapping = match mapping {
        Some(mapping) => {
            mapping.check(&inference).map_err(ReadError::Mapping)?;
            let numeric = mapping.columns(&inference);
            let of = numeric.iter().zip(&found.evidence);
            let faulty: Vec<bool> = of
                .map(|(column, evidence)| column.is_numeric() && !evidence.is_clean())
                .collect();
            refuse(slips(text, &header, &faulty, no_number)?)?;
            mapping.clone()
        }
        None => proposed(&inference, &found.evidence, outcome)?,
    };
    let columns = mapping.columns(&inference);
    let (values, texts) = fill(text, &columns, &mut found.evidence, found.rows)?;
    Ok(Mapped {
        dataset: Dataset {
            name,
            outcome: ColumnId(mapping.outcome),
            columns,
            rows: found.rows,
            values,
            texts,
            reference: None,
        },
        inference,
        mapping,
    })
}

fn refuse(report: Report) -> Result<(), ReadError> {
    match report.is_empty() {
        true => Ok(()),
        false => Err(ReadError::Invalid(Box::new(report))),
    }
}

/// The proposal, or why there is no column to explain.
fn proposed(
    inference: &Inference,
    evidence: &[crate::dataset::infer::Evidence],
    outcome: &str,
) -> Result<Mapping, ReadError> {
    if let Some(mapping) = inference.propose(outcome) {
        return Ok(mapping);
    }
    let columns = inference.columns().iter().zip(evidence);
    let columns: Vec<Column> = columns
        .map(|(column, evidence)| Column {
            name: column.name.clone(),
            kind: evidence.kind(),
        })
        .collect();
    find_outcome(&columns, evidence, outcome)?;
    // It would have been proposed.
    Err(ReadError::Mapping(vec![MappingError::NoOutcome]))
}

/// What is wrong with a cell of a column that somebody calls numeric.
fn no_number(cell: &str) -> Option<Fault> {
    match meaning(cell) {
        Meaning::Text => Some(Fault::NotNumber {
            value: shortened(cell.trim()),
        }),
        _ => slip(cell),
    }
}
