package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Objects as only a raw request can write them: deeper, or larger, than the client library's parser takes.
///
/// @param client of the account that writes them
record HostileObjects(KubernetesClient client) {
    /// More than the JSON parser takes, and less than the API server does.
    private static final int DEPTH = 1_500;

    /// Just below what the API server takes of a request and what etcd takes of an object.
    private static final int MEGABYTE = 1_000_000;

    /// An entry of `managedFields`, nested deeply.
    static String deep() {
        return entry("{\"f:a\":".repeat(DEPTH) + "{}" + "}".repeat(DEPTH));
    }

    /// An entry of `managedFields` of a megabyte.
    static String large() {
        var fields = new StringBuilder("{\"f:data\":{\".\":{}");
        var name = "n".repeat(200);
        for (int i = 0; fields.length() < MEGABYTE; i++) {
            fields.append(",\"f:").append(name).append(i).append("\":{}");
        }
        return entry(fields + "}}");
    }

    private static String entry(String fields) {
        return "{\"manager\":\"somebody\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":"
                + fields + "}";
    }

    void createStore(String namespace, String name, String managedFieldsEntry) {
        create("apis/tokenstore.dev/v1alpha1", namespace, "oauthtokenstores", """
                {"apiVersion":"tokenstore.dev/v1alpha1","kind":"OAuthTokenStore",%s}
                """.formatted(
                        metadata(name, managedFieldsEntry.replace("\"v1\"", "\"tokenstore.dev/v1alpha1\""))));
    }

    void createReaderBinding(String namespace, String managedFieldsEntry) {
        create("apis/rbac.authorization.k8s.io/v1", namespace, "rolebindings", """
                {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",%s,
                "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"oauth-token-store-reader"}}
                """.formatted(metadata(
                "oauth-token-store-reader", managedFieldsEntry.replace("\"v1\"", "\"rbac.authorization.k8s.io/v1\""))));
    }

    /// @param data in JSON
    void createToken(String namespace, String store, String name, String managedFieldsEntry, String data) {
        create("api/v1", namespace, "secrets", """
                {"apiVersion":"v1","kind":"Secret","type":"tokenstore.dev/oauth-token","data":%s,%s}
                """.formatted(
                        data,
                        metadata(name, managedFieldsEntry)
                                .replace(
                                        "\"name\"",
                                        "\"labels\":{\"tokenstore.dev/store\":\"" + store
                                                + "\"},\"annotations\":{\"tokenstore.dev/layout\":\"1\"},\"name\"")));
    }

    /// A token of the largest size that the policies allow.
    void createLargestAllowedToken(String namespace, String store, String name) {
        var labels = IntStream.range(0, 23)
                .mapToObj(i -> ",\"l%s\":\"%s\"".formatted("a".repeat(50) + i, "v".repeat(63)))
                .collect(Collectors.joining());
        var data = IntStream.range(0, 32)
                .mapToObj(i -> "\"k%s%02d\":\"%s\"".formatted("a".repeat(61), i, "YWFh".repeat(1_390)))
                .collect(Collectors.joining(",", "{", "}"));
        create("api/v1", namespace, "secrets", """
                {"apiVersion":"v1","kind":"Secret","type":"tokenstore.dev/oauth-token","data":%s,"metadata":{"name":"%s",
                "labels":{"tokenstore.dev/store":"%s"%s},"annotations":{"tokenstore.dev/layout":"1","note":"%s"}}}
                """.formatted(data, name, store, labels, "n".repeat(4_068)));
    }

    private static String metadata(String name, String managedFieldsEntry) {
        return "\"metadata\":{\"name\":\"%s\",\"managedFields\":[%s]}".formatted(name, managedFieldsEntry);
    }

    private void create(String api, String namespace, String resource, String json) {
        var http = client.getHttpClient();
        var response = http.sendAsync(
                        http.newHttpRequestBuilder()
                                .uri(URI.create(
                                        client.getMasterUrl() + api + "/namespaces/" + namespace + "/" + resource))
                                .post("application/json", json)
                                .build(),
                        String.class)
                .join();
        assertThat(response.isSuccessful())
                .as("%s: %.500s", response.code(), response.body())
                .isTrue();
    }
}
