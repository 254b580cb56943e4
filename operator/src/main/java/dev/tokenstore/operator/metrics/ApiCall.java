package dev.tokenstore.operator.metrics;

import io.fabric8.kubernetes.client.http.HttpRequest;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a request to the API server asks for, without saying of which object: verb and resource as RBAC names them.
///
/// @param resource for instance `secrets`, `oauthtokenstores.tokenstore.dev/status`; `none` for other paths
record ApiCall(String verb, String resource) {
    private static final Pattern PATH = Pattern.compile(".*?/(?:api/[^/]+|apis/(?<group>[^/]+)/[^/]+)"
            + "(?:/namespaces/[^/]+(?=/[^/]))?/(?<resource>[^/]+)(?<name>/[^/]+)?(?<subresource>/[^/]+)?.*");

    static ApiCall of(HttpRequest request) {
        return of(request.method(), request.uri());
    }

    static ApiCall of(String method, URI uri) {
        var path = PATH.matcher(uri.getPath());
        if (!path.matches()) {
            return new ApiCall(method.toLowerCase(Locale.ROOT), "none");
        }
        var group = path.group("group") == null ? "" : "." + path.group("group");
        var subresource = path.group("subresource") == null ? "" : path.group("subresource");
        return new ApiCall(verb(method, uri, path.group("name") != null), path.group("resource") + group + subresource);
    }

    private static String verb(String method, URI uri, boolean named) {
        return switch (method) {
            case "GET" -> {
                var isWatch = uri.getQuery() != null && uri.getQuery().contains("watch=true");
                yield isWatch ? "watch" : named ? "get" : "list";
            }
            case "POST" -> "create";
            case "PUT" -> "update";
            case "DELETE" -> named ? "delete" : "deletecollection";
            default -> method.toLowerCase(Locale.ROOT);
        };
    }

    boolean isWatch() {
        return verb.equals("watch");
    }
}
