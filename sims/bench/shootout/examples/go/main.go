// Go's regexp behind flowbench's line protocol: `go run .`
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

var pattern *regexp.Regexp
var text []byte

// Processor time of this process, ns.
func processorTime() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func unhex(word string) []byte {
	if word == "-" {
		return nil
	}
	decoded, _ := hex.DecodeString(word)
	return decoded
}

func lines() [][]byte {
	split := bytes.Split(text, []byte("\n"))
	if len(split[len(split)-1]) == 0 {
		split = split[:len(split)-1]
	}
	return split
}

func matching(those [][]byte) int {
	hits := 0
	for _, line := range those {
		if pattern.Match(line) {
			hits++
		}
	}
	return hits
}

func ask(what string, arena [][]byte) int {
	sum := 0
	switch what {
	case "test":
		if pattern.Match(text) {
			return 1
		}
	case "first":
		if found := pattern.FindIndex(text); found != nil {
			return 1 + found[0]
		}
	case "count":
		return len(pattern.FindAllIndex(text, -1))
	case "spans":
		for _, span := range pattern.FindAllIndex(text, -1) {
			sum += span[1] - span[0]
		}
	case "captures":
		for _, groups := range pattern.FindAllSubmatchIndex(text, -1) {
			for i := 2; i < len(groups); i += 2 {
				sum += groups[i+1] - groups[i]
			}
		}
	case "hash":
		hash := uint32(0x811c9dc5)
		for _, span := range pattern.FindAllIndex(text, -1) {
			for _, offset := range span {
				for shift := 0; shift < 32; shift += 8 {
					hash = (hash ^ uint32(offset)>>shift&255) * 0x01000193
				}
			}
		}
		return int(hash)
	case "lines":
		return matching(lines())
	default:
		return matching(arena)
	}
	return sum
}

func matches(limit int, withGroups bool) string {
	all := []string{}
	for _, groups := range pattern.FindAllSubmatchIndex(text, limit) {
		if !withGroups {
			groups = groups[:2]
		}
		all = append(all, strings.Trim(fmt.Sprint(groups), "[]"))
	}
	return strings.Join(all, ";")
}

func answer(line string) string {
	words := strings.Split(line, " ")
	switch words[0] {
	case "hello":
		return fmt.Sprintf(`ok {"version":"%s","semantics":"leftmost-first","units":"bytes","promise":"linear",`+
			`"called":"bytes, all matches of a text in one call","refuses":"references back, looking around, bounds above 1,000"}`,
			strings.TrimPrefix(runtime.Version(), "go"))
	case "compile":
		source := string(unhex(words[2]))
		if flags := strings.Trim(strings.ReplaceAll(words[1], "u", ""), "-"); flags != "" {
			source = "(?" + flags + ")" + source
		}
		begin := processorTime()
		compiled, err := regexp.Compile(source)
		if err != nil {
			return "refused " + err.Error()
		}
		pattern = compiled
		return fmt.Sprint("ok ", processorTime()-begin)
	case "text":
		text = nil
		for i := 1; i+1 < len(words); i += 2 {
			times, _ := strconv.Atoi(words[i+1])
			text = append(text, bytes.Repeat(unhex(words[i]), times)...)
		}
		return fmt.Sprint("ok ", len(text))
	case "file":
		read, err := os.ReadFile(line[5:])
		if err != nil {
			return "failed " + err.Error()
		}
		text = read
		return fmt.Sprint("ok ", len(text))
	case "run":
		var arena [][]byte
		if words[1] == "arena" {
			arena = lines()
		}
		repeats, _ := strconv.Atoi(words[2])
		check, begin := 0, processorTime()
		for i := 0; i < repeats; i++ {
			check = ask(words[1], arena)
		}
		return fmt.Sprint("ok ", check, " ", processorTime()-begin)
	case "find", "groups":
		limit, _ := strconv.Atoi(words[1])
		return "ok " + matches(limit, words[0] == "groups")
	}
	return "failed it does not know " + words[0]
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		fmt.Println(strings.ReplaceAll(answer(strings.TrimRight(line, "\r\n")), "\n", " "))
	}
}
