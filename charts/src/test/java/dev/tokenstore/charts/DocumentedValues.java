package dev.tokenstore.charts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/// The values of values.yaml with the comments above them.
///
/// @param leaves the values without documented children, in the order of the file
record DocumentedValues(List<Value> leaves) {
    private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z]\\w*):(?: .*)?$");
    private static final Pattern COMMENT = Pattern.compile("^ *# (.*)$");

    /// One value.
    ///
    /// @param path with dots
    /// @param standard its default
    record Value(String path, JsonNode standard, String documentation) {}

    private record Key(int indent, String path) {}

    static DocumentedValues of(String yaml) {
        var standard = new ObjectMapper().<JsonNode>valueToTree(Serialization.unmarshal(yaml, Object.class));
        var found = new ArrayList<Value>();
        Deque<Key> within = new ArrayDeque<>();
        var comment = new ArrayList<String>();
        for (var line : yaml.lines().toList()) {
            var commented = COMMENT.matcher(line);
            var key = KEY.matcher(line);
            if (commented.matches()) {
                comment.add(commented.group(1));
            } else if (key.matches()) {
                var indent = key.group(1).length();
                while (!within.isEmpty() && within.peek().indent() >= indent) {
                    within.pop();
                }
                var path = within.isEmpty() ? key.group(2) : within.peek().path() + "." + key.group(2);
                within.push(new Key(indent, path));
                if (!comment.isEmpty()) {
                    found.add(new Value(path, at(standard, path), String.join(" ", comment)));
                }
                comment.clear();
            } else {
                comment.clear();
            }
        }
        return new DocumentedValues(found.stream()
                .filter(value -> found.stream().noneMatch(other -> other.path().startsWith(value.path() + ".")))
                .toList());
    }

    static JsonNode at(JsonNode values, String path) {
        return values.at("/" + path.replace('.', '/'));
    }

    /// Whether a value or one of its parents is documented.
    boolean covers(String path) {
        return leaves.stream().anyMatch(leaf -> path.equals(leaf.path()) || path.startsWith(leaf.path() + "."));
    }

    String table() {
        var table = new StringBuilder("| value | default | meaning |\n|---|---|---|\n");
        for (var leaf : leaves) {
            table.append("| `%s` | `%s` | %s |\n"
                    .formatted(
                            leaf.path(),
                            leaf.standard().toString().replace("|", "\\|"),
                            leaf.documentation().replace("|", "\\|")));
        }
        return table.toString();
    }
}
