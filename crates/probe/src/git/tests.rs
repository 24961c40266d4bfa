use super::parse;

#[test]
fn every_kind_of_entry_is_read() {
    let text = "# branch.oid 0123abcd\0# branch.head main\0# branch.upstream origin/main\0# branch.ab +1 -0\0\
                1 .M N... 100644 100644 100644 aaa bbb a file.txt\0\
                2 R. N... 100644 100644 100644 aaa bbb R100 new name.txt\0old name.txt\0\
                u UU N... 100644 100644 100644 100644 aaa bbb ccc both.txt\0? unknown file\0";
    let status = parse(text);
    assert_eq!(
        (status.head.as_deref(), status.branch.as_deref()),
        (Some("0123abcd"), Some("main"))
    );
    assert_eq!(status.changed, ["a file.txt", "new name.txt", "both.txt"]);
    assert_eq!(status.untracked, ["unknown file"]);
}

#[test]
fn before_the_first_commit_and_on_no_branch_there_is_no_name() {
    let status = parse("# branch.oid (initial)\0# branch.head main\0");
    assert_eq!((status.head, status.branch.as_deref()), (None, Some("main")));
    let status = parse("# branch.oid 0123\0# branch.head (detached)\0");
    assert_eq!((status.head.as_deref(), status.branch), (Some("0123"), None));
}
