//! Tables to signature slots.

use super::Assembler;
use crate::parse::{Block, Table};
use domain::plan::{SectionKind, Slot};

impl<'a> Assembler<'a> {
    pub(super) fn table(&mut self, table: &'a Table<'a>, block: &Block, index: usize) {
        let header: Vec<String> = table
            .rows
            .first()
            .into_iter()
            .flatten()
            .map(|cell| cell.text().trim().to_lowercase())
            .collect();
        let role = header.iter().position(|cell| ROLE.contains(&cell.as_str()));
        let signs = header
            .iter()
            .any(|cell| SIGNS.iter().any(|word| cell.contains(word)));
        let column = match (role, signs, self.kind()) {
            (Some(column), true, _) => column,
            (None, true, SectionKind::SignOff) => 0,
            _ => {
                if !self.holds_boxes(index, block) && !self.step_rows(table, block, index) {
                    self.prose(block.span.clone());
                }
                return;
            }
        };
        let named_otherwise = matches!(self.kind(), SectionKind::Criteria | SectionKind::Window { .. });
        let decides = named_otherwise && self.current().section.items.is_empty();
        if self.kind() == SectionKind::Prose || decides {
            self.current().section.kind = SectionKind::SignOff;
        }
        self.current().steps = true;
        let order = header.iter().position(|cell| ORDER.contains(&cell.as_str()));
        let in_turn = order.is_none() && self.asks_for_an_order();
        for row in table.rows.iter().skip(1) {
            let Some(cell) = row.get(column) else { continue };
            let title = cell.text().replace(['*', '`'], "").trim().to_owned();
            if title.is_empty() {
                continue;
            }
            let line = self.source.line(cell.span.start);
            let turn = self.slots.len() as u32 + 1;
            let written = order.map(|order| row.get(order).and_then(|cell| number(cell.text().as_ref())));
            let place = match written {
                // An order without a number is that of the rows.
                Some(written) => written.unwrap_or(turn),
                None if in_turn => turn,
                None => 0,
            };
            self.slots(&title, line, place);
        }
    }

    /// The slots of a row: "QA x2" are two of one role.
    fn slots(&mut self, title: &str, line: u32, place: u32) {
        let (name, count) = counted(title);
        let role = role_key(name);
        for _ in 0..count {
            let nth = self.slots.iter().filter(|slot| slot.role == role).count() as u32;
            let (title, role) = (title.to_owned(), role.clone());
            self.slots.push(Slot {
                title,
                role,
                line,
                nth,
                place,
            });
        }
    }

    /// Whether the words above the table want the signatures in its order.
    fn asks_for_an_order(&mut self) -> bool {
        let label = self.label.as_ref().map_or("", |(label, _)| label).to_lowercase();
        let section = &self.current().section;
        let words = format!("{}\n{}\n{label}:", section.title, section.prose).to_lowercase();
        IN_TURN.iter().any(|phrase| words.contains(phrase))
    }
}

/// "QA x2", "QA × 2", "2 x QA" and "2× QA" want two signatures of a role, and at most nine.
fn counted(title: &str) -> (&str, usize) {
    let several = |digits: &str| digits.parse().ok().filter(|count| (2..=9).contains(count));
    let name = title.trim_end_matches(|c: char| c.is_ascii_digit());
    let (before, count) = (name.trim_end(), several(&title[name.len()..]));
    if let (Some(name), Some(count)) = (before.strip_suffix(TIMES), count)
        && name.ends_with(' ')
    {
        return (name.trim(), count);
    }
    let rest = title.trim_start_matches(|c: char| c.is_ascii_digit());
    let (after, count) = (rest.trim_start(), several(&title[..title.len() - rest.len()]));
    match (after.strip_prefix(TIMES), count) {
        (Some(name), Some(count)) if name.starts_with(' ') => (name.trim(), count),
        _ => (title, 1),
    }
}

/// What stands between a role and how many of it.
const TIMES: [char; 3] = ['x', 'X', '×'];

/// The number that a cell begins with: "1", "1.", "2nd".
fn number(cell: &str) -> Option<u32> {
    let cell = cell.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = cell.find(|c: char| !c.is_ascii_digit()).unwrap_or(cell.len());
    cell[..digits].parse().ok().filter(|number| *number > 0)
}

/// What a column is called whose numbers say who signs after whom. "#" only counts rows.
const ORDER: &[&str] = &[
    "order",
    "sequence",
    "reihenfolge",
    "ordre",
    "orden",
    "ordem",
    "ordine",
    "顺序",
    "順番",
];

/// What says that the signatures follow each other as the rows do.
const IN_TURN: &[&str] = &[
    "in this order",
    "in the order below",
    "in order:",
    "(in order)",
    "in dieser reihenfolge",
    "dans cet ordre",
    "en este orden",
];

/// Names of the column that says who signs.
const ROLE: &[&str] = &[
    "role", "approver", "team", "function", "who", "rolle", "funktion", "rôle", "fonction", "rol", "función",
    "papel", "função", "cargo", "ruolo", "角色", "岗位", "役割", "역할", "роль",
];

/// What the columns of a table for signatures are called.
const SIGNS: &[&str] = &[
    "sign",
    "approv",
    "date",
    "unterschrift",
    "datum",
    "firma",
    "fecha",
    "assinatura",
    "data",
    "签名",
    "日期",
    "署名",
    "日付",
    "서명",
    "날짜",
    "подпись",
    "дата",
];

/// The roles in other languages.
#[rustfmt::skip] // a row is a role
const ROLES: &[(&str, &[&str])] = &[
    ("developer", &["开发", "研发", "開発", "개발", "entwicklung", "entwickler", "développeur", "développeuse", "desarrollo", "desarrollador", "desenvolvimento", "desenvolvedor", "sviluppo", "sviluppatore", "разработка", "разработчик", "development"]),
    ("devops", &["运维", "運用", "운영", "betrieb", "exploitation", "operaciones", "operações", "эксплуатация", "operations", "ops"]),
    ("qa", &["测试", "テスト", "品質保証", "테스트", "qualitätssicherung", "тестирование", "тестировщик", "quality assurance"]),
    ("product_owner", &["产品", "产品负责人", "プロダクトオーナー", "produktverantwortlicher", "produktverantwortliche", "владелец продукта"]),
];

/// "Product Owner" is `product_owner`, and so is "产品负责人".
fn role_key(title: &str) -> String {
    let lower = title.trim().to_lowercase();
    if let Some((key, _)) = ROLES.iter().find(|(_, names)| names.contains(&lower.as_str())) {
        return (*key).to_owned();
    }
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::{counted, number};

    #[test]
    fn a_row_may_ask_for_several_signatures_of_a_role() {
        for (title, expected) in [
            ("QA", ("QA", 1)),
            ("QA x2", ("QA", 2)),
            ("QA x 2", ("QA", 2)),
            ("Product Owner ×3", ("Product Owner", 3)),
            ("2 x Developer", ("Developer", 2)),
            ("2× Developer", ("Developer", 2)),
            ("Developer x1", ("Developer x1", 1)),
            ("Developer x20", ("Developer x20", 1)),
            ("UX", ("UX", 1)),
            ("Ops x Dev", ("Ops x Dev", 1)),
            ("Max 2", ("Max 2", 1)),
        ] {
            assert_eq!(counted(title), expected, "{title}");
        }
    }

    #[test]
    fn an_order_is_read_as_people_write_it() {
        for (cell, expected) in [
            ("1", Some(1)),
            ("2.", Some(2)),
            ("3rd", Some(3)),
            ("**1**", Some(1)),
            ("", None),
            ("first", None),
            ("0", None),
        ] {
            assert_eq!(number(cell), expected, "{cell:?}");
        }
    }
}
