package dev.tokenstore.charts;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// docs/security.md lists exactly the rights that the chart grants.
class DocumentedRightsTest {
    private static final Path DOCUMENT = Path.of("../docs/security.md");
    private static final Pattern ROLE = Pattern.compile("### `([^`]+)`, (a Role )?.*");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)`( of (?:one|three) names?)?: ([-a-z, ]+)[ (|].*");

    @Test
    void explainsEveryRightAndNoOther() throws IOException {
        assertThat(documented()).hasSizeGreaterThan(20).isEqualTo(rendered());
    }

    /// One line for each verb of each rule.
    private static SortedSet<String> documented() throws IOException {
        var rights = new TreeSet<String>();
        var role = "";
        for (var line : Files.readAllLines(DOCUMENT)) {
            var heading = ROLE.matcher(line);
            var row = ROW.matcher(line);
            if (heading.matches()) {
                role = (heading.group(2) == null ? "ClusterRole " : "Role ") + heading.group(1);
            } else if (!role.isEmpty() && row.matches()) {
                var names = row.group(2) == null ? "" : row.group(2);
                for (var verb : row.group(3).strip().split(", ")) {
                    rights.add(role + ": " + verb + " " + row.group(1) + names);
                }
            }
        }
        return rights;
    }

    private static SortedSet<String> rendered() {
        return Chart.SHIPPED.render("").stream()
                .filter(manifest -> manifest.template().equals("rbac.yaml"))
                .filter(manifest -> manifest.resource().getKind().endsWith("Role"))
                .flatMap(manifest -> rights(
                        manifest.resource().getKind()
                                + " "
                                + manifest.resource().getMetadata().getName(),
                        Manifest.tree(manifest.resource()).path("rules")))
                .collect(toCollection(TreeSet::new));
    }

    private static Stream<String> rights(String role, JsonNode rules) {
        return elements(rules).flatMap(rule -> {
            var names = rule.path("resourceNames").size();
            var named = names == 0 ? "" : names == 1 ? " of one name" : names == 3 ? " of three names" : " of " + names;
            return elements(rule.path("resources"))
                    .flatMap(resource -> elements(rule.path("verbs"))
                            .map(verb -> role + ": " + verb.asText() + " " + resource.asText() + named));
        });
    }

    private static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
