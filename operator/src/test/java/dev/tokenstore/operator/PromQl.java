package dev.tokenstore.operator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What a PromQL expression names: series, and labels that it groups or joins by. It refuses what it does not
/// understand, so that no name is overlooked; the grammar itself is Prometheus' business.
///
/// @param labels those in `by (...)`, `on (...)` and the like
record PromQl(List<Selector> selectors, Set<String> labels) {
    private static final Pattern TOKEN = Pattern.compile("\\s+"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<range>\\[[^\\]]+\\])"
            + "|(?<number>\\d+(?:\\.\\d+)?)"
            + "|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "|(?<operator>=~|!~|!=|==|<=|>=|[-+*/%^<>={}(),])");
    private static final Set<String> LISTING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool");

    record Matcher(String label, String operator, String value) {}

    record Selector(String metric, List<Matcher> matchers) {}

    private record Token(String kind, String text) {}

    static PromQl parse(String expression) {
        var tokens = tokens(expression);
        var selectors = new ArrayList<Selector>();
        var labels = new HashSet<String>();
        for (int i = 0; i < tokens.size(); i++) {
            var token = tokens.get(i);
            if (!token.kind.equals("name") || OPERATORS.contains(token.text)) {
                continue;
            }
            if (LISTING.contains(token.text)) {
                i = expect(tokens, i + 1, "(");
                while (!is(tokens, ++i, ")")) {
                    if (!is(tokens, i, ",")) {
                        labels.add(tokens.get(i).text);
                    }
                }
            } else if (!is(tokens, i + 1, "(") && !is(tokens, i + 1, "by") && !is(tokens, i + 1, "without")) {
                var matchers = new ArrayList<Matcher>();
                if (is(tokens, i + 1, "{")) {
                    i += 1;
                    while (!is(tokens, ++i, "}")) {
                        if (!is(tokens, i, ",")) {
                            var value = tokens.get(i + 2).text;
                            matchers.add(new Matcher(
                                    tokens.get(i).text,
                                    tokens.get(i + 1).text,
                                    value.substring(1, value.length() - 1)));
                            i += 2;
                        }
                    }
                }
                selectors.add(new Selector(token.text, matchers));
            }
        }
        return new PromQl(selectors, labels);
    }

    private static List<Token> tokens(String expression) {
        var tokens = new ArrayList<Token>();
        var matcher = TOKEN.matcher(expression);
        int end = 0;
        while (end < expression.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new IllegalArgumentException("not understood: " + expression.substring(end));
            }
            end = matcher.end();
            for (var kind : List.of("string", "range", "number", "name", "operator")) {
                if (matcher.group(kind) != null) {
                    tokens.add(new Token(kind, matcher.group(kind)));
                }
            }
        }
        return tokens;
    }

    private static boolean is(List<Token> tokens, int index, String text) {
        return index < tokens.size() && tokens.get(index).text.equals(text);
    }

    private static int expect(List<Token> tokens, int index, String text) {
        if (!is(tokens, index, text)) {
            throw new IllegalArgumentException("expected " + text + " in " + tokens);
        }
        return index;
    }
}
