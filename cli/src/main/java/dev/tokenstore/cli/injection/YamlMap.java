package dev.tokenstore.cli.injection;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import dev.tokenstore.cli.output.CommandException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/// A mapping of a YAML document. Numbers, quotes, comments and anchors are printed as they were written.
///
/// Only copies are changed, because an anchor may use the same node elsewhere.
record YamlMap(MappingNode node) {
    static final String MERGE = "<<";

    /// @throws CommandException if the node is no mapping
    static YamlMap of(Node node) {
        if (node instanceof MappingNode mapping) {
            return new YamlMap(mapping);
        }
        throw CommandException.failed("line " + (node.getStartMark().getLine() + 1) + " is no mapping");
    }

    /// Returns a copy that can be changed.
    YamlMap copy() {
        if (node.getAnchor() != null) {
            return YamlMap.of(deepCopy(node));
        }
        var copy = new MappingNode(node.getTag(), new ArrayList<>(node.getValue()), node.getFlowStyle());
        copyComments(node, copy);
        return new YamlMap(copy);
    }

    /// Returns the value of a key: the own one, else one that is merged in by `<<`.
    Optional<Node> get(String key) {
        return own(key).or(() -> own(MERGE).flatMap(merged -> switch (merged) {
            case MappingNode one -> new YamlMap(one).get(key);
            case SequenceNode several ->
                several.getValue().stream()
                        .flatMap(one -> YamlMap.of(one).get(key).stream())
                        .findFirst();
            default -> Optional.empty();
        }));
    }

    private Optional<Node> own(String key) {
        return node.getValue().stream()
                .filter(tuple -> isKey(tuple, key))
                .map(NodeTuple::getValueNode)
                .findFirst();
    }

    private static boolean isKey(NodeTuple tuple, String key) {
        return tuple.getKeyNode() instanceof ScalarNode scalar
                && scalar.getValue().equals(key);
    }

    /// Returns the mapping of a key; empty if there is none.
    Optional<YamlMap> map(String key) {
        return get(key).filter(value -> !isNull(value)).map(YamlMap::of);
    }

    /// Returns the mappings of the list of a key.
    List<YamlMap> maps(String key) {
        return elements(key).stream().map(YamlMap::of).toList();
    }

    Optional<String> text(String key) {
        return get(key).filter(ScalarNode.class::isInstance)
                .map(ScalarNode.class::cast)
                .map(ScalarNode::getValue);
    }

    /// Whether a mapping of the list of `list` has the value of `key`.
    boolean anyOf(String list, String key, String value) {
        return maps(list).stream()
                .anyMatch(element -> element.text(key).filter(value::equals).isPresent());
    }

    /// Returns all keys with their values, which must be texts.
    ///
    /// @throws CommandException if a value is no text; Kubernetes refuses it, too
    Map<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        for (var tuple : node.getValue()) {
            var key = ((ScalarNode) tuple.getKeyNode()).getValue();
            if (key.equals(MERGE)) {
                YamlMap.of(tuple.getValueNode()).texts().forEach(texts::putIfAbsent);
            } else if (tuple.getValueNode() instanceof ScalarNode value
                    && value.getTag().equals(Tag.STR)) {
                texts.put(key, value.getValue());
            } else {
                throw CommandException.failed("annotation " + key + " is no text; put its value in quotes");
            }
        }
        return texts;
    }

    private List<Node> elements(String key) {
        return get(key).filter(value -> !isNull(value))
                .map(value -> switch (value) {
                    case SequenceNode sequence -> sequence.getValue();
                    default -> throw CommandException.failed(key + " is no list");
                })
                .orElse(List.of());
    }

    private static boolean isNull(Node value) {
        return value.getTag().equals(Tag.NULL);
    }

    void put(String key, Node value) {
        var tuples = node.getValue();
        for (var i = 0; i < tuples.size(); i++) {
            if (isKey(tuples.get(i), key)) {
                tuples.set(i, new NodeTuple(tuples.get(i).getKeyNode(), value));
                return;
            }
        }
        tuples.add(new NodeTuple(new ScalarNode(Tag.STR, key, null, null, ScalarStyle.PLAIN), value));
    }

    /// Replaces the list of a key.
    void putAll(String key, List<YamlMap> elements) {
        put(key, listLike(key, elements.stream().<Node>map(YamlMap::node).toList()));
    }

    void prepend(String key, Node element) {
        var elements = new ArrayList<>(elements(key));
        elements.addFirst(element);
        put(key, listLike(key, elements));
    }

    void append(String key, Node element) {
        var elements = new ArrayList<>(elements(key));
        elements.add(element);
        put(key, listLike(key, elements));
    }

    private SequenceNode listLike(String key, List<Node> elements) {
        var before = get(key).filter(value -> !isNull(value));
        var style = before.filter(value -> !elements(key).isEmpty())
                .map(value -> ((SequenceNode) value).getFlowStyle())
                .orElse(FlowStyle.BLOCK);
        // an anchor may use the same elements elsewhere
        var own = before.filter(value -> value.getAnchor() != null || own(key).isEmpty())
                        .isPresent()
                ? elements.stream().map(YamlMap::deepCopy).toList()
                : elements;
        var list = new SequenceNode(Tag.SEQ, new ArrayList<>(own), style);
        before.ifPresent(value -> copyComments(value, list));
        return list;
    }

    private static Node deepCopy(Node node) {
        var copy = switch (node) {
            case MappingNode mapping ->
                new MappingNode(
                        mapping.getTag(),
                        mapping.getValue().stream()
                                .map(tuple ->
                                        new NodeTuple(deepCopy(tuple.getKeyNode()), deepCopy(tuple.getValueNode())))
                                .collect(toCollection(ArrayList::new)),
                        mapping.getFlowStyle());
            case SequenceNode sequence ->
                new SequenceNode(
                        sequence.getTag(),
                        sequence.getValue().stream().map(YamlMap::deepCopy).collect(toCollection(ArrayList::new)),
                        sequence.getFlowStyle());
            case ScalarNode scalar ->
                new ScalarNode(scalar.getTag(), scalar.getValue(), null, null, scalar.getScalarStyle());
            default -> throw new IllegalArgumentException(node.getNodeId().name());
        };
        copyComments(node, copy);
        return copy;
    }

    private static void copyComments(Node from, Node to) {
        to.setBlockComments(from.getBlockComments());
        to.setInLineComments(from.getInLineComments());
        to.setEndComments(from.getEndComments());
    }

    @Override
    public String toString() {
        return node.getValue().stream()
                .map(tuple -> tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?")
                .collect(joining(", ", "{", "}"));
    }
}
