package dev.tokenstore.operator.metrics;

import io.fabric8.kubernetes.client.http.HttpRequest;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a request to the API server asks for, without saying of which object: verb and resource as RBAC names them.
///
/// @param resource for instance `secrets`, `oauthtokenstores.tokenstore.dev/status`; `none` for other paths
record ApiCall(String verb, String resource) {
    private static final String NO_RESOURCE = "none";

    static ApiCall of(HttpRequest request) {
        return of(request.method(), request.uri());
    }

    static ApiCall of(String method, URI uri) {
        var path = Arrays.asList(uri.getPath().substring(1).split("/"));
        var core = path.indexOf("api");
        var groups = path.indexOf("apis");
        if (core >= 0) {
            return of(method, uri, "", rest(path, core + 2));
        }
        return groups >= 0 && path.size() > groups + 1
                ? of(method, uri, "." + path.get(groups + 1), rest(path, groups + 3))
                : of(method, uri, "", List.of());
    }

    private static ApiCall of(String method, URI uri, String group, List<String> path) {
        var inNamespace = path.size() > 2 && path.getFirst().equals("namespaces");
        var rest = inNamespace ? rest(path, 2) : path;
        if (rest.isEmpty()) {
            return new ApiCall(method.toLowerCase(Locale.ROOT), NO_RESOURCE);
        }
        var subresource = rest.size() > 2 ? "/" + rest.get(2) : "";
        return new ApiCall(verb(method, uri, rest.size() > 1), rest.getFirst() + group + subresource);
    }

    private static String verb(String method, URI uri, boolean named) {
        return switch (method) {
            case "GET" -> isWatch(uri) ? "watch" : named ? "get" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "DELETE" -> named ? "delete" : "deletecollection";
            default -> method.toLowerCase(Locale.ROOT);
        };
    }

    boolean isWatch() {
        return verb.equals("watch");
    }

    private static boolean isWatch(URI uri) {
        return uri.getQuery() != null && uri.getQuery().contains("watch=true");
    }

    private static List<String> rest(List<String> path, int from) {
        return path.subList(Math.min(from, path.size()), path.size());
    }
}
