//! One function as its own process, and what the system knows of it.

use std::{
    collections::VecDeque,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use serde_json::Value;

/// `USER_HZ`: what `/proc/<pid>/stat` counts CPU in on every Linux that Lambda or a developer runs. So coarse
/// that only many requests together tell what one takes.
const TICKS_PER_SECOND: f64 = 100.0;
/// So many lines of a function's log are shown where it fails.
const SHOWN_LINES: usize = 8;

/// Everything that runs, so that a panic, which aborts this program, leaves nothing behind.
static RUNNING: Mutex<Vec<Arc<Mutex<Child>>>> = Mutex::new(Vec::new());

/// Ends every function that still runs.
pub(crate) fn end_all() {
    for child in lock(&RUNNING).drain(..) {
        end(&child);
    }
}

fn end(child: &Mutex<Child>) {
    let mut child = lock(child);
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a function says in its log about the table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// Lines that say so: one for each invocation.
    pub(crate) lines: u32,
    pub(crate) round_trips: f64,
    pub(crate) units: f64,
}

#[derive(Default)]
struct Log {
    told: Told,
    last: VecDeque<String>,
}

/// A running function.
pub(crate) struct Process {
    child: Arc<Mutex<Child>>,
    pid: u32,
    log: Arc<Mutex<Log>>,
    pub(crate) spawned: Instant,
}

/// CPU used so far, in milliseconds, by the process or the thread that this file of `/proc` tells of.
pub(crate) fn cpu_ms(path: &str) -> f64 {
    let stat =
        fs::read_to_string(path).expect("the benchmark runs on Linux, and what it measures runs");
    // The second field, the program's name, may itself hold blanks and brackets.
    let (_, fields) = stat.rsplit_once(')').expect("a stat line");
    let fields: Vec<_> = fields.split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().expect("a number of ticks");
    (ticks(11) + ticks(12)) * 1_000.0 / TICKS_PER_SECOND
}

impl Process {
    /// Starts the binary with this environment and no other.
    pub(crate) fn spawn(binary: &Path, environment: &[(String, String)]) -> Self {
        let mut command = Command::new(binary);
        command.env_clear().envs(environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let spawned = Instant::now();
        let mut child = command.spawn().expect("the function starts");
        let stdout = child.stdout.take().expect("its output is piped");
        let (pid, child) = (child.id(), Arc::new(Mutex::new(child)));
        lock(&RUNNING).push(child.clone());
        let log = Arc::new(Mutex::new(Log::default()));
        let reader = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                read(&mut lock(&reader), line);
            }
        });
        Self { child, pid, log, spawned }
    }

    /// CPU used so far, in milliseconds: by the program and for it.
    pub(crate) fn cpu_ms(&self) -> f64 {
        cpu_ms(&format!("/proc/{}/stat", self.pid))
    }

    /// Resident memory, in megabytes.
    pub(crate) fn resident_mb(&self) -> f64 {
        let status = self.about("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
        kib.expect("a resident size") * 1_024.0 / 1e6
    }

    fn about(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.pid);
        fs::read_to_string(path).expect("the benchmark runs on Linux, and the function runs")
    }

    /// What its log has said so far about the table.
    pub(crate) fn told(&self) -> Told {
        lock(&self.log).told
    }

    /// The end of its log, for a failure's message.
    pub(crate) fn last_lines(&self) -> String {
        lock(&self.log).last.iter().fold(String::new(), |lines, line| format!("{lines}\n  {line}"))
    }
}

fn read(log: &mut Log, line: String) {
    if let Ok(Value::Object(fields)) = serde_json::from_str(&line)
        && let Some(round_trips) = fields.get("db.round_trips").and_then(Value::as_f64)
    {
        log.told.lines += 1;
        log.told.round_trips += round_trips;
        log.told.units += fields.get("db.units").and_then(Value::as_f64).unwrap_or_default();
    }
    if log.last.len() == SHOWN_LINES {
        log.last.pop_front();
    }
    log.last.push_back(line);
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&self.child);
        lock(&RUNNING).retain(|running| !Arc::ptr_eq(running, &self.child));
    }
}
