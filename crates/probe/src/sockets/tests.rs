use super::{Listening, words};

#[test]
fn a_line_of_the_kernels_table_is_read() {
    let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0 100 0 0 10 0";
    let address = if cfg!(target_endian = "little") {
        "127.0.0.1"
    } else {
        "1.0.0.127"
    };
    let socket = Listening {
        port: 8080,
        address: address.to_owned(),
        inode: 12345,
    };
    assert_eq!(Listening::of(line), Some(Some(socket)));
    assert_eq!(
        Listening::of(&line.replace(" 0A ", " 01 ")),
        Some(None),
        "connected, not listening"
    );
    for broken in [
        "",
        "sl local_address",
        "0: x y z",
        "0: 00:00 00:00 0A 0 0 0 0 0 nan",
    ] {
        assert_eq!(Listening::of(broken), None);
    }
}

#[test]
fn an_address_of_ipv6_is_read() {
    assert_eq!(words("00000000000000000000000000000000"), "[::]");
    assert_eq!(words("odd"), "odd");
}
