import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** java.util.regex behind flowbench's line protocol: `java Engine.java`. */
class Engine {
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private Pattern pattern;
    private String text = "";

    static final class Refused extends RuntimeException {
        Refused(String why) {
            super(why);
        }
    }

    static byte[] unhex(String word) {
        if (word.equals("-")) return new byte[0];
        byte[] bytes = new byte[word.length() / 2];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Integer.parseInt(word.substring(2 * i, 2 * i + 2), 16);
        return bytes;
    }

    String answer(String line) throws IOException {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "hello":
                return "{\"version\":\"" + System.getProperty("java.version") + "\",\"semantics\":\"leftmost-first\","
                    + "\"units\":\"utf16\",\"promise\":null,\"called\":\"a string, one call a match\","
                    + "\"refuses\":\"looking behind without a bound\"}";
            case "compile": {
                int flags = 0;
                for (char flag : words[1].toCharArray()) {
                    switch (flag) {
                        case 'i' -> flags |= Pattern.CASE_INSENSITIVE;
                        case 'm' -> flags |= Pattern.MULTILINE;
                        case 's' -> flags |= Pattern.DOTALL;
                        case 'u' -> flags |= Pattern.UNICODE_CASE;
                        case '-' -> { }
                        default -> throw new Refused("it has no flag " + flag);
                    }
                }
                String source = new String(unhex(words[2]), StandardCharsets.UTF_8);
                long begin = CLOCK.getCurrentThreadCpuTime();
                try {
                    pattern = Pattern.compile(source, flags);
                } catch (PatternSyntaxException error) {
                    throw new Refused(error.getDescription());
                }
                return String.valueOf(CLOCK.getCurrentThreadCpuTime() - begin);
            }
            case "text": {
                StringBuilder made = new StringBuilder();
                for (int i = 1; i + 1 < words.length; i += 2) {
                    String piece = new String(unhex(words[i]), StandardCharsets.UTF_8);
                    made.append(piece.repeat(Integer.parseInt(words[i + 1])));
                }
                text = made.toString();
                return String.valueOf(text.getBytes(StandardCharsets.UTF_8).length);
            }
            case "file": {
                byte[] bytes = Files.readAllBytes(Path.of(line.substring(5)));
                text = new String(bytes, StandardCharsets.UTF_8);
                return String.valueOf(bytes.length);
            }
            case "run": {
                IntSupplier question = question(words[1]);
                int check = 0;
                long begin = CLOCK.getCurrentThreadCpuTime();
                for (int i = Integer.parseInt(words[2]); i > 0; i--) check = question.getAsInt();
                return Integer.toUnsignedString(check) + " " + (CLOCK.getCurrentThreadCpuTime() - begin);
            }
            case "find":
            case "groups":
                return matches(Integer.parseInt(words[1]), words[0].equals("groups"));
            default:
                throw new IOException("it does not know " + words[0]);
        }
    }

    private IntSupplier question(String ask) {
        switch (ask) {
            case "test":
                return () -> pattern.matcher(text).find() ? 1 : 0;
            case "first":
                return () -> {
                    Matcher found = pattern.matcher(text);
                    return found.find() ? 1 + found.start() : 0;
                };
            case "count":
                return () -> (int) pattern.matcher(text).results().count();
            case "spans":
                return () -> pattern.matcher(text).results().mapToInt(one -> one.end() - one.start()).sum();
            case "captures":
                return () -> {
                    int sum = 0;
                    for (Matcher m = pattern.matcher(text); m.find();)
                        for (int group = 1; group <= m.groupCount(); group++) sum += m.end(group) - m.start(group);
                    return sum;
                };
            case "hash":
                return () -> {
                    int hash = 0x811c9dc5;
                    for (Matcher m = pattern.matcher(text); m.find();)
                        for (int offset : new int[] {m.start(), m.end()})
                            for (int shift = 0; shift < 32; shift += 8)
                                hash = (hash ^ ((offset >>> shift) & 255)) * 0x01000193;
                    return hash;
                };
            case "lines":
                return () -> matching(text.lines().toList());
            case "arena": {
                List<String> lines = text.lines().toList();
                return () -> matching(lines);
            }
            default:
                throw new Refused("it does not know what " + ask + " is");
        }
    }

    private int matching(List<String> lines) {
        int hits = 0;
        for (String line : lines) if (pattern.matcher(line).find()) hits++;
        return hits;
    }

    private String matches(int limit, boolean withGroups) {
        List<String> all = new ArrayList<>();
        Matcher m = pattern.matcher(text);
        while (all.size() < limit && m.find()) {
            StringBuilder one = new StringBuilder(m.start() + " " + m.end());
            for (int group = 1; withGroups && group <= m.groupCount(); group++)
                one.append(' ').append(m.start(group)).append(' ').append(m.end(group));
            all.add(one.toString());
        }
        return String.join(";", all);
    }

    public static void main(String[] args) throws IOException {
        Engine engine = new Engine();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String reply;
            try {
                reply = "ok " + engine.answer(line);
            } catch (Refused error) {
                reply = "refused " + error.getMessage();
            } catch (Exception | StackOverflowError error) {
                reply = "failed " + error;
            }
            System.out.println(reply.replaceAll("\\s+", " ").trim());
            System.out.flush();
        }
    }
}
