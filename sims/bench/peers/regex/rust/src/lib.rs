//! Rust's regex for `rust.ts`: a whole question is one call, so that no call is counted for a match.
use regex::bytes::{Regex, RegexBuilder};
use std::slice::from_raw_parts;

const IGNORE_CASE: u32 = 1;
const UNICODE: u32 = 2;

const COUNT: u32 = 0;
const SPANS: u32 = 1;
const GROUPS: u32 = 2;

/// Null where the pattern is refused. A dot matches a newline, as in POSIX.
#[no_mangle]
pub unsafe extern "C" fn rust_compile(pattern: *const u8, length: usize, flags: u32) -> *mut Regex {
    let Ok(pattern) = std::str::from_utf8(from_raw_parts(pattern, length)) else {
        return std::ptr::null_mut();
    };
    RegexBuilder::new(pattern)
        .case_insensitive(flags & IGNORE_CASE != 0)
        .unicode(flags & UNICODE != 0)
        .dot_matches_new_line(true)
        .size_limit(256 << 20)
        .dfa_size_limit(64 << 20)
        .build()
        .map_or(std::ptr::null_mut(), |regex| Box::into_raw(Box::new(regex)))
}

#[no_mangle]
pub unsafe extern "C" fn rust_ask(regex: *const Regex, text: *const u8, length: usize, ask: u32) -> u64 {
    let regex = &*regex;
    let text = from_raw_parts(text, length);
    match ask {
        COUNT => regex.find_iter(text).count() as u64,
        SPANS => regex.find_iter(text).map(|found| (found.end() - found.start()) as u64).sum(),
        GROUPS => regex
            .captures_iter(text)
            .map(|found| {
                let groups = found.iter().skip(1).flatten();
                groups.map(|group| (group.end() - group.start()) as u64).sum::<u64>()
            })
            .sum(),
        _ => u64::from(regex.is_match(text)),
    }
}

#[no_mangle]
pub unsafe extern "C" fn rust_free(regex: *mut Regex) {
    drop(Box::from_raw(regex));
}
