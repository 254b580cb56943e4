package dev.tokenstore.cli.injection;

import dev.tokenstore.cli.output.CommandException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.serializer.NumberAnchorGenerator;

/// Parses and prints YAML documents.
final class YamlText {
    private static final Pattern TAGGED_OCTAL = Pattern.compile("!!int '(0[0-9_]+)'");
    private static final int BYTES = 16 * 1024 * 1024;

    private YamlText() {}

    /// Returns the document if it is a mapping.
    static Optional<YamlMap> parsed(String document) {
        try {
            return Optional.ofNullable(yaml().compose(new StringReader(document)))
                    .filter(MappingNode.class::isInstance)
                    .map(YamlMap::of);
        } catch (MarkedYAMLException e) {
            throw CommandException.failed("no YAML: " + e.getProblem() + " in line "
                    + (e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1) + " of the document");
        } catch (YAMLException e) {
            throw CommandException.failed("no YAML: " + e.getMessage());
        }
    }

    /// Parses a fragment that is inserted into a document.
    static Node part(String yaml) {
        return yaml().compose(new StringReader(yaml));
    }

    /// Prints a document.
    ///
    /// @param before the text that the document was parsed from
    static String of(YamlMap document, String before) {
        var text = new StringWriter();
        yaml().serialize(document.node(), text);
        // SnakeYAML prints a number like 0644 with a tag and quotes
        return before.contains("!!int '")
                ? text.toString()
                : TAGGED_OCTAL.matcher(text.toString()).replaceAll("$1");
    }

    private static Yaml yaml() {
        var loading = new LoaderOptions();
        loading.setProcessComments(true);
        loading.setCodePointLimit(BYTES);
        var dumping = new DumperOptions();
        dumping.setProcessComments(true);
        dumping.setDefaultFlowStyle(FlowStyle.BLOCK);
        dumping.setSplitLines(false);
        var numbers = new NumberAnchorGenerator(0);
        dumping.setAnchorGenerator(
                node -> Optional.ofNullable(node.getAnchor()).orElseGet(() -> numbers.nextAnchor(node)));
        return new Yaml(new SafeConstructor(loading), new Representer(dumping), dumping, loading);
    }
}
