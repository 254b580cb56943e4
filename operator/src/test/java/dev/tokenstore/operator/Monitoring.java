package dev.tokenstore.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What `deploy/monitoring` asks of Prometheus.
///
/// @param templates labels that legends and annotations show
record Monitoring(String where, String expression, Set<String> templates) {
    static final Path DASHBOARD = Path.of("../deploy/monitoring/grafana-dashboard.json");
    static final Path RULES = Path.of("../deploy/monitoring/prometheus-rules.yaml");

    private static final Pattern VARIABLE = Pattern.compile("label_values\\((.*), (\\w+)\\)");
    private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern IN_ANNOTATION = Pattern.compile("\\$labels\\.(\\w+)");

    static List<Monitoring> dashboard() {
        var dashboard = read(DASHBOARD);
        var found = new ArrayList<Monitoring>();
        for (var panel : dashboard.path("panels")) {
            for (var target : panel.path("targets")) {
                found.add(new Monitoring(
                        "panel " + panel.path("title").asText(),
                        target.path("expr").asText(),
                        all(IN_LEGEND, target.path("legendFormat").asText())));
            }
        }
        for (var variable : dashboard.path("templating").path("list")) {
            var query = VARIABLE.matcher(variable.path("definition").asText());
            if (query.matches()) {
                found.add(new Monitoring(
                        "variable " + variable.path("name").asText(), query.group(1), Set.of(query.group(2))));
            }
        }
        return found;
    }

    static List<Monitoring> rules() {
        var found = new ArrayList<Monitoring>();
        for (var group : read(RULES).path("spec").path("groups")) {
            for (var rule : group.path("rules")) {
                found.add(new Monitoring(
                        "alert " + rule.path("alert").asText(),
                        rule.path("expr").asText(),
                        all(IN_ANNOTATION, rule.path("annotations").toString())));
            }
        }
        return found;
    }

    static JsonNode read(Path file) {
        var text = text(file);
        return new ObjectMapper().valueToTree(Serialization.unmarshal(text, Object.class));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Set<String> all(Pattern pattern, String text) {
        var found = new HashSet<String>();
        var matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(matcher.groupCount()));
        }
        return found;
    }

    PromQl parsed() {
        return PromQl.parse(expression);
    }
}
