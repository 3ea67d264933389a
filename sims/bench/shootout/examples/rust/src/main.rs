//! Rust's regex behind flowbench's line protocol.

use regex::bytes::{Regex, RegexBuilder};
use std::io::{self, BufRead, Write};

/// Built with `--features regex/perf-literal` and this set, the crates memchr and aho-corasick search for literals.
const LITERALS: &str = if option_env!("LITERALS").is_some() { "with" } else { "without" };

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

/// Processor time of this thread on 64-bit Linux, ns. The clock of the process is coarse under a limit of processor time.
fn processor_time() -> i64 {
    const THREAD: i32 = 3;
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(THREAD, &mut time) };
    time.seconds * 1_000_000_000 + time.nanoseconds
}

fn unhex(word: &str) -> Vec<u8> {
    if word == "-" {
        return Vec::new();
    }
    (0..word.len() / 2).map(|i| u8::from_str_radix(&word[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn hash(spans: impl Iterator<Item = (usize, usize)>) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for (start, end) in spans {
        for byte in (start as u32).to_le_bytes().into_iter().chain((end as u32).to_le_bytes()) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn matching(regex: &Regex, lines: &[&[u8]]) -> usize {
    lines.iter().filter(|line| regex.is_match(line)).count()
}

/// One answer; `arena` is the text split before the clock ran.
fn ask(regex: &Regex, text: &[u8], arena: &[&[u8]], what: &str) -> usize {
    match what {
        "test" => usize::from(regex.is_match(text)),
        "first" => regex.find(text).map_or(0, |found| 1 + found.start()),
        "count" => regex.find_iter(text).count(),
        "spans" => regex.find_iter(text).map(|found| found.end() - found.start()).sum(),
        "captures" => regex
            .captures_iter(text)
            .flat_map(|groups| groups.iter().skip(1).flatten().map(|g| g.end() - g.start()).collect::<Vec<_>>())
            .sum(),
        "hash" => hash(regex.find_iter(text).map(|found| (found.start(), found.end()))) as usize,
        "lines" => matching(regex, &lines(text)),
        _ => matching(regex, arena),
    }
}

fn matches(regex: &Regex, text: &[u8], limit: usize, with_groups: bool) -> String {
    let one = |groups: regex::bytes::Captures| -> String {
        let spans = groups.iter().take(if with_groups { usize::MAX } else { 1 });
        let words = spans.map(|span| span.map_or("-1 -1".into(), |s| format!("{} {}", s.start(), s.end())));
        words.collect::<Vec<_>>().join(" ")
    };
    regex.captures_iter(text).take(limit).map(one).collect::<Vec<_>>().join(";")
}

fn compile(flags: &str, pattern: &str) -> Result<Regex, String> {
    let source = String::from_utf8(unhex(pattern)).map_err(|error| error.to_string())?;
    let mut builder = RegexBuilder::new(&source);
    // Bytes, where the pattern lets us, as for the other engines.
    builder.unicode(false);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'u' => builder.unicode(true),
            '-' => &mut builder,
            _ => return Err(format!("it has no flag {flag}")),
        };
    }
    builder.build().map_err(|error| error.to_string())
}

fn main() {
    let (mut regex, mut text) = (None::<Regex>, Vec::new());
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let reply = match (words[0], &regex) {
            ("hello", _) => format!(
                "ok {{\"version\":\"1.7.1 {LITERALS} literal searches\",\"semantics\":\"leftmost-first\",\"units\":\"bytes\",\
                 \"promise\":\"linear\",\"called\":\"bytes, native, an iterator over the matches of a text\",\
                 \"refuses\":\"references back, looking around, patterns above 10 MB compiled\"}}"
            ),
            ("compile", _) => {
                let begin = processor_time();
                match compile(words[1], words[2]) {
                    Ok(compiled) => {
                        regex = Some(compiled);
                        format!("ok {}", processor_time() - begin)
                    }
                    Err(why) => format!("refused {}", why.split_whitespace().collect::<Vec<_>>().join(" ")),
                }
            }
            ("text", _) => {
                text.clear();
                for piece in words[1..].chunks(2) {
                    text.extend(unhex(piece[0]).repeat(piece[1].parse().unwrap()));
                }
                format!("ok {}", text.len())
            }
            ("file", _) => match std::fs::read(&line[5..]) {
                Ok(bytes) => {
                    text = bytes;
                    format!("ok {}", text.len())
                }
                Err(error) => format!("failed {error}"),
            },
            (_, None) => "failed there is no pattern yet".into(),
            ("run", Some(regex)) => {
                let arena = if words[1] == "arena" { lines(&text) } else { Vec::new() };
                let mut check = 0;
                let begin = processor_time();
                for _ in 0..words[2].parse::<u32>().unwrap() {
                    check = ask(regex, &text, &arena, words[1]);
                }
                format!("ok {check} {}", processor_time() - begin)
            }
            (what, Some(regex)) if what == "find" || what == "groups" => {
                format!("ok {}", matches(regex, &text, words[1].parse().unwrap(), what == "groups"))
            }
            (what, _) => format!("failed it does not know {what}"),
        };
        println!("{reply}");
        io::stdout().flush().unwrap();
    }
}
