use super::*;

#[test]
fn a_placeholder_is_no_secret_and_a_random_text_is_one() {
    for no in [
        "your-secret-key",
        "postgres",
        "password",
        "$DB_PASSWORD",
        "changeme",
        "xxxxxxxxxxxxxxxx",
        "<token>",
        "super-secret-password-123",
        "123456789012345678",
        "abcdefghijklmnop1234",
        "https://a.b/c",
        "${{ x }}",
        "generate-with-openssl-rand",
        "1234567890abcdef1234567890abcdef",
        "",
    ] {
        assert_eq!(strength(no), Strength::No, "{no}");
    }
    for perhaps in ["hunter2", "Tr0ub4dor&3", "correcthorsebattery"] {
        assert_eq!(strength(perhaps), Strength::Perhaps, "{perhaps}");
    }
    for sure in ["f3Zq81LmX0pVb7Ny", "9f86d081884c7d659a2feaa0c55ad015"] {
        assert_eq!(strength(sure), Strength::Sure, "{sure}");
    }
}

#[test]
fn the_last_word_of_a_name_says_whether_it_is_a_secret() {
    for secret in [
        "JWT_SECRET",
        "AWS_SECRET_ACCESS_KEY",
        "DB_PASSWORD",
        "--api-key",
        "SECRET_KEY_BASE",
        "SMTP_PASS",
    ] {
        assert!(is_secret(secret), "{secret}");
    }
    for other in [
        "TOKEN_TTL",
        "PASSWORD_MIN_LENGTH",
        "NEXT_PUBLIC_API_KEY",
        "TOKEN_ADDRESS",
        "PWD",
        "KEY",
        "SECRET_NAME",
    ] {
        assert!(!is_secret(other), "{other}");
    }
}
