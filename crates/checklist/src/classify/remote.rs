//! Other machines, keys, archives and what copies between them.

use super::tool::{Tool, guarded, tool};

/// Tools that reach other machines or make and open archives and keys.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    tool("ssh-keygen", "", &["-lf|-yf _ !", "-l -f _ !", "-F _ !"]),
    tool("ssh-add", "", &["-l|-L !"]),
    tool("ssh-keyscan", "", &[]),
    tool("ssh-copy-id|sftp|ftp|lftp|ncftp|telnet|tftp|mosh|rsh|rlogin|sshpass|autossh|sshfs|tmux|socat|websocat|wscat|grpcurl|grpc_cli|evans|tcpdump|tshark|ngrep|arping|hping3|nmcli|wg|wg-quick|openvpn|ipsec", "", &["--version|-V|-v !"]),
    tool("scp|rsync|unison|rcp", "", &[]),
    tool("certbot|certbot-auto|acme.sh|lego|mkcert|step|dehydrated|cfssl|easyrsa", "", &["certificates|--version|version !", "--list|list !", "certificates", "certificate inspect|verify|lint"]),
    guarded("gpg|gpg2", "", &["--list-keys|--list-secret-keys|-k|-K|--fingerprint|--verify|--list-sigs|--version"], "-o --output"),
    tool("dig|drill|kdig|delv|host|doggo", "", &["*"]),
    tool("nslookup", "", &["_"]),
    tool("ping|ping6|ping4|fping", "", &["*"]),
    tool("traceroute|traceroute6|tracepath|whois|pg_isready|mysqlshow", "", &["*"]),
    tool("mtr", "", &["-r|-rw|-rwc|--report"]),
    tool("gzip|gunzip|pigz|zstd|xz|bzip2|lz4", "", &["-t|-l|-tv|-lv|--test|--list", "-dc|-cd|-c _ !"]),
    tool("zcat|bzcat|xzcat|zstdcat|lz4cat|gzcat|zgrep|zegrep|bzgrep|xzgrep|zdiff|zcmp", "", &["*"]),
    tool("unzip", "", &["-l|-t|-v|-Z|-lv|-Z1 _ !"]),
    tool("zipinfo", "", &["_"]),
    tool("7z|7za", "", &["l|t"]),
    tool("unrar", "", &["l|t|v"]),
    tool("ar|jar", "", &["t|tf|tv|tvf|-tf"]),
    tool("zip|cpio|ddrescue|shred|wipe|srm", "", &["-T _ !"]),
];
