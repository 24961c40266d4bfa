//! The day in a file's name, as documents write it: `backup_$(date +%Y%m%d).sql`.

/// Whether a format of `date` gives a day and nothing that two runs of one day would write in two ways.
pub fn is_day(format: &str) -> bool {
    let mut pieces = format.split('%');
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let literal = pieces.next().unwrap_or_default();
    plain(literal) && pieces.all(|piece| piece.starts_with(['Y', 'm', 'd', 'F', 'y', 'j']) && plain(piece))
}
