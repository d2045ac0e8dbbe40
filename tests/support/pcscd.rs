//! A pcscd of a test's own, with the virtual reader, away from the machine's.
//!
//! pcscd's socket has a fixed path and vpcd's ports are fixed too. So each test runs its binary once more inside
//! network, mount and process namespaces of its own: several run at once, the machine's own pcscd is not touched, and
//! whatever the test leaves running ends with it. Needs Debian's `pcscd`, `vsmartcard-vpcd` and `iproute2`; as root,
//! or where user namespaces or passwordless sudo are allowed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Names the test that runs inside.
const INSIDE: &str = "CHIPID_TEST_BESIDE_PCSCD";
const SOCKET: &str = "/run/pcscd/pcscd.comm";
const LOG: &str = "/run/pcscd/log";
const READERS: &str = "/run/pcscd/readers.conf";
const VPCD: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// Seconds after which a hanging test is killed.
const LIMIT: &str = "180";
const NEEDED: &str = "apt-get install -y --no-install-recommends pcscd libpcsclite-dev vsmartcard-vpcd iproute2";

/// Declares a test that runs beside a pcscd of its own.
#[macro_export]
macro_rules! beside_pcscd {
    ($(fn $name:ident($service:ident) $body:block)+) => {
        $(#[test]
        fn $name() {
            $crate::support::pcscd::run(
                concat!(module_path!(), "::", stringify!($name)),
                |#[allow(unused_mut, unused_variables, reason = "most tests only need it to be there")] mut $service| $body,
            );
        })+
    };
}

/// The running service.
pub struct Pcscd {
    child: Option<Child>,
}

/// Runs the test of this path beside a pcscd of its own: from outside by running this binary again inside, inside by doing
/// it.
pub fn run(path: &str, body: impl FnOnce(Pcscd)) {
    // The test's own name begins behind the name of the test program.
    let test = path.split_once("::").map_or(path, |(_, test)| test);
    if env::var_os(INSIDE).is_some_and(|inside| inside == *test) {
        set_up();
        let mut service = Pcscd { child: None };
        configure(true);
        service.start();
        body(service);
        return;
    }
    for (tool, found) in [("pcscd", on_path("pcscd")), ("vpcd", Path::new(VPCD).exists()), ("ip", on_path("ip"))] {
        assert!(found, "these tests need {tool}; install it with: {NEEDED}");
    }
    let output = outside(test);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "inside ({}):\n{text}", output.status);
    // For `--nocapture`: what the test itself said.
    print!("{}", String::from_utf8_lossy(&output.stderr));
}

fn outside(test: &str) -> Output {
    let me = env::current_exe().unwrap();
    let mut words: Vec<OsString> = ["timeout", "-k", "5", LIMIT].map(OsString::from).to_vec();
    words.extend(enter().into_iter().map(OsString::from));
    // `env` again, because sudo clears the environment.
    words.extend(["env".into(), format!("{INSIDE}={test}").into(), me.into_os_string()]);
    words.extend(["--exact", test, "--nocapture", "--test-threads=1"].map(OsString::from));
    let (first, rest) = words.split_first().unwrap();
    Command::new(first).args(rest).stdin(Stdio::null()).output().unwrap()
}

/// The words that enter namespaces of our own: as root, as a user who may make user namespaces, or through sudo.
fn enter() -> Vec<&'static str> {
    const UNSHARE: [&str; 6] = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"];
    let with =
        |before: &[&'static str], after: &[&'static str]| -> Vec<&'static str> { [before, &UNSHARE, after].concat() };
    let ways = [with(&[], &[]), with(&[], &["--map-root-user"]), with(&["sudo", "-n"], &[])];
    for way in &ways {
        let works = "ip link set lo up && mount -t tmpfs tmpfs /run";
        let tried = Command::new(way[0]).args(&way[1..]).args(["sh", "-c", works]).output();
        if tried.is_ok_and(|output| output.status.success()) {
            return way.clone();
        }
    }
    panic!("no namespace of our own can be made: run the tests as root, with user namespaces allowed, or with sudo -n");
}

fn on_path(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps services out of a user's path.
    env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]).any(|folder| folder.join(tool).exists())
}

fn set_up() {
    let shell = "PATH=$PATH:/usr/sbin:/sbin
        ip link set lo up || exit 1
        mkdir -p /run/pcscd 2>/dev/null && mount -t tmpfs tmpfs /run/pcscd 2>/dev/null && exit 0
        mount -t tmpfs tmpfs /run && mkdir /run/pcscd";
    assert!(Command::new("sh").args(["-c", shell]).status().unwrap().success(), "no place for pcscd of our own");
}

impl Pcscd {
    /// Starts the service and waits until it listens.
    pub fn start(&mut self) {
        let _ = fs::remove_file(SOCKET);
        let log = fs::File::options().create(true).append(true).open(LOG).unwrap();
        let path = format!("{}:/usr/sbin:/sbin", env::var("PATH").unwrap_or_default());
        let help = Command::new("pcscd").arg("--help").env("PATH", &path).output().unwrap();
        // Without the system bus every client would be refused.
        let no_polkit = String::from_utf8_lossy(&help.stdout).contains("--disable-polkit");
        let child = Command::new("pcscd")
            .args(["--foreground", "--debug", "--config", READERS])
            .args(no_polkit.then_some("--disable-polkit"))
            .env("PATH", &path)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        until("pcscd listens", || Path::new(SOCKET).exists());
    }

    /// Stops the service as a system does.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let kill = format!("kill -TERM {}", child.id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
            child.wait().unwrap();
        }
    }

    /// Starts the service anew, with the two virtual readers or with none. (They cannot be plugged into a running one.)
    pub fn restart_with(&mut self, readers: bool) {
        self.stop();
        configure(readers);
        self.start();
    }

    /// What the service has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(LOG).unwrap()
    }
}

impl Drop for Pcscd {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn configure(readers: bool) {
    let vpcd = format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {VPCD}\nCHANNELID 0x8C7B\n");
    fs::write(READERS, if readers { vpcd } else { String::new() }).unwrap();
}

/// Waits up to ten seconds.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let since = Instant::now();
    while !done() {
        assert!(since.elapsed() < Duration::from_secs(10), "waited in vain until {what}");
        sleep(Duration::from_millis(20));
    }
}
