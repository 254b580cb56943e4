package dev.tokenstore.cli.injection;

import static java.util.stream.Collectors.joining;

import dev.tokenstore.cli.output.CommandException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The sidecar that a pod's annotations request. The chart's policy oauth-token-store-annotations refuses the same
/// annotations with the same messages.
///
/// @param store the sidecar's option `--store`: `crm`, or `crm-tokens/crm`
/// @param containers that get the socket; empty for all
/// @param tcpPort a port, or `off`
/// @param requests of the sidecar, by resource
/// @param limits of the sidecar, by resource
record InjectionRequest(
        String store,
        Optional<List<String>> containers,
        boolean waitsForStore,
        String tcpPort,
        String metricsPort,
        String healthPort,
        Map<String, String> requests,
        Map<String, String> limits) {
    static final String PREFIX = "tokenstore.dev/";
    static final String STORE = PREFIX + "store";
    private static final String CONTAINERS = PREFIX + "containers";
    private static final String WAIT_FOR_STORE = PREFIX + "wait-for-store";
    private static final String TCP_PORT = PREFIX + "tcp-port";
    private static final String METRICS_PORT = PREFIX + "metrics-port";
    private static final String HEALTH_PORT = PREFIX + "health-port";
    static final String CPU_REQUEST = PREFIX + "cpu-request";
    static final String CPU_LIMIT = PREFIX + "cpu-limit";
    static final String MEMORY_REQUEST = PREFIX + "memory-request";
    static final String MEMORY_LIMIT = PREFIX + "memory-limit";
    private static final List<String> QUANTITIES = List.of(CPU_REQUEST, CPU_LIMIT, MEMORY_REQUEST, MEMORY_LIMIT);
    private static final List<String> KNOWN = Stream.concat(
                    Stream.of(STORE, CONTAINERS, WAIT_FOR_STORE, TCP_PORT, METRICS_PORT, HEALTH_PORT),
                    QUANTITIES.stream())
            .toList();

    private static final String OFF = "off";
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern STORE_NAME =
            Pattern.compile("([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/)?[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final Pattern QUANTITY = Pattern.compile(
            "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?[0-9]+)?");

    /// @param names of the pod's containers
    /// @param resources by annotation, for pods without it
    /// @throws CommandException if an annotation is malformed or unknown
    static InjectionRequest of(
            Map<String, String> annotations, List<String> names, boolean hostNetwork, Map<String, String> resources) {
        var store = annotations.getOrDefault(STORE, "");
        if (!STORE_NAME.matcher(store).matches()) {
            throw refused(
                    STORE,
                    store,
                    "the name of an OAuthTokenStore, as crm, or crm-tokens/crm for one of another namespace");
        }
        var containers = Optional.ofNullable(annotations.get(CONTAINERS)).map(InjectionRequest::chosen);
        refuseWrongNames(containers.orElse(List.of()), names);
        var waits = annotations.getOrDefault(WAIT_FOR_STORE, "true");
        if (!List.of("true", "false").contains(waits)) {
            throw refused(WAIT_FOR_STORE, waits, "\"true\" or \"false\"");
        }
        var tcpPort = annotations.getOrDefault(TCP_PORT, OFF);
        if (!tcpPort.equals(OFF) && !isPort(tcpPort)) {
            throw refused(TCP_PORT, tcpPort, "a port from \"1\" to \"65535\", or to \"off\"");
        }
        var metricsPort = port(annotations, METRICS_PORT, "9464");
        var healthPort = port(annotations, HEALTH_PORT, "9465");
        refuseOneTwice(List.of(tcpPort, metricsPort, healthPort));
        if (hostNetwork && !tcpPort.equals(OFF)) {
            throw CommandException.failed("annotation " + TCP_PORT + " opens a port on loopback, which with hostNetwork"
                    + " belongs to the node, so that every process of the node could use the tokens; remove it and use"
                    + " the socket");
        }
        refuseWrongQuantities(annotations);
        refuseUnknown(annotations);
        return new InjectionRequest(
                store,
                containers,
                waits.equals("true"),
                tcpPort,
                metricsPort,
                healthPort,
                quantities(annotations, resources, CPU_REQUEST, MEMORY_REQUEST),
                quantities(annotations, resources, CPU_LIMIT, MEMORY_LIMIT));
    }

    static boolean isKnown(String annotation) {
        return KNOWN.contains(annotation);
    }

    static boolean isQuantity(String text) {
        return QUANTITY.matcher(text).matches();
    }

    boolean chooses(String container) {
        return containers.map(chosen -> chosen.contains(container)).orElse(true);
    }

    private static List<String> chosen(String names) {
        return Arrays.stream(names.split(",", -1)).map(String::strip).toList();
    }

    private static void refuseWrongNames(List<String> chosen, List<String> names) {
        var wrong = chosen.stream().filter(name -> !names.contains(name)).toList();
        if (!wrong.isEmpty()) {
            throw CommandException.failed("annotation " + CONTAINERS + " names "
                    + wrong.stream().map(name -> '"' + name + '"').collect(joining(", "))
                    + ", and the pod has no such container; it has " + String.join(", ", names));
        }
    }

    private static void refuseWrongQuantities(Map<String, String> annotations) {
        for (var key : QUANTITIES) {
            var value = annotations.get(key);
            if (value != null && !isQuantity(value)) {
                throw refused(key, value, "a quantity, such as \"50m\" for cpu or \"96Mi\" for memory");
            }
        }
    }

    private static void refuseUnknown(Map<String, String> annotations) {
        for (var key : annotations.keySet()) {
            if (key.startsWith(PREFIX) && !KNOWN.contains(key)) {
                throw CommandException.failed(
                        "annotation " + key + " is not known; known are " + String.join(", ", KNOWN));
            }
        }
    }

    private static String port(Map<String, String> annotations, String key, String unlessSet) {
        var port = annotations.getOrDefault(key, unlessSet);
        if (!isPort(port)) {
            throw refused(key, port, "a port from \"1\" to \"65535\"");
        }
        return port;
    }

    private static void refuseOneTwice(List<String> ports) {
        var used = ports.stream().filter(port -> !port.equals(OFF)).toList();
        if (used.stream().distinct().count() < used.size()) {
            throw CommandException.failed("annotations " + String.join(", ", TCP_PORT, METRICS_PORT, HEALTH_PORT)
                    + " make the ports of the sidecar " + String.join(", ", ports) + "; set them to different ones");
        }
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= HIGHEST_PORT;
    }

    private static Map<String, String> quantities(
            Map<String, String> annotations, Map<String, String> resources, String cpu, String memory) {
        var quantities = new LinkedHashMap<String, String>();
        Optional.ofNullable(annotations.getOrDefault(cpu, resources.get(cpu)))
                .ifPresent(quantity -> quantities.put("cpu", quantity));
        Optional.ofNullable(annotations.getOrDefault(memory, resources.get(memory)))
                .ifPresent(quantity -> quantities.put("memory", quantity));
        return quantities;
    }

    private static CommandException refused(String annotation, String value, String accepted) {
        return CommandException.failed("annotation " + annotation + " is \"" + value + "\"; set it to " + accepted);
    }
}
