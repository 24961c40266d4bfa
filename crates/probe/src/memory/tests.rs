use super::{Available, Group, judge, observe};
use domain::verdict::Verdict::{Fail, Pass};
use std::path::PathBuf;

const MB: u64 = 1024 * 1024;

/// A folder with the files that a kernel would show, removed with the test.
struct Kernel(PathBuf);

impl Kernel {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("gonogo-memory-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        for (path, content) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, content).expect("a file");
        }
        Self(root)
    }

    fn available(&self) -> Result<Available, String> {
        observe(&self.0.join("proc"), &self.0.join("cgroup"))
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const MEMINFO: (&str, &str) = (
    "proc/meminfo",
    "MemTotal: 4194304 kB\nMemFree: 10 kB\nMemAvailable:    2097152 kB\n",
);

#[test]
fn without_a_limit_the_machine_counts() {
    let kernel = Kernel::new(
        "none",
        &[
            MEMINFO,
            ("proc/self/cgroup", "0::/a\n"),
            ("cgroup/a/memory.max", "max\n"),
        ],
    );
    let seen = kernel.available().expect("read");
    assert_eq!(
        seen,
        Available {
            machine: 2048 * MB,
            group: None
        }
    );
    let judgement = judge(&seen, 3072 * MB);
    assert_eq!(
        (judgement.verdict, judgement.reason.as_str()),
        (Fail, "2 GB available, needs 3 GB")
    );
}

#[test]
fn the_limit_of_a_group_above_counts_less_what_can_be_given_back() {
    let kernel = Kernel::new(
        "v2",
        &[
            MEMINFO,
            ("proc/self/cgroup", "0::/slice/service\n"),
            ("cgroup/slice/memory.max", "1073741824\n"),
            ("cgroup/slice/memory.current", "629145600\n"),
            ("cgroup/slice/memory.stat", "anon 1\ninactive_file 104857600\n"),
            ("cgroup/slice/service/memory.max", "max\n"),
        ],
    );
    let seen = kernel.available().expect("read");
    assert_eq!(
        seen.group,
        Some(Group {
            left: 524 * MB,
            limit: 1024 * MB
        })
    );
    let judgement = judge(&seen, 1024 * MB);
    assert_eq!(
        judgement.reason,
        "524 MB available within the container's limit of 1 GB, needs 1 GB"
    );
    assert_eq!(judge(&seen, 512 * MB).verdict, Pass);
}

#[test]
fn version_1_and_a_path_of_the_host_are_read() {
    let kernel = Kernel::new(
        "v1",
        &[
            MEMINFO,
            ("proc/self/cgroup", "5:cpu:/x\n4:memory:/docker/abc\n0::/\n"),
            ("cgroup/memory/memory.limit_in_bytes", "536870912\n"),
            ("cgroup/memory/memory.usage_in_bytes", "536870912\n"),
        ],
    );
    assert_eq!(
        kernel.available().expect("read").group,
        Some(Group {
            left: 0,
            limit: 512 * MB
        })
    );
}

#[test]
fn the_huge_number_that_means_no_limit_limits_nothing() {
    let kernel = Kernel::new(
        "huge",
        &[
            MEMINFO,
            ("proc/self/cgroup", "4:memory:/\n"),
            ("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("cgroup/memory/memory.usage_in_bytes", "1\n"),
        ],
    );
    assert_eq!(
        judge(&kernel.available().expect("read"), MB).reason,
        "2 GB available"
    );
}

#[test]
fn a_kernel_that_does_not_say_is_an_error() {
    let kernel = Kernel::new("old", &[("proc/meminfo", "MemTotal: 1 kB\n")]);
    assert!(
        kernel
            .available()
            .expect_err("no MemAvailable")
            .contains("MemAvailable")
    );
}
