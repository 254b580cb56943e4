package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What one account asks of the API server in one namespace, one HTTP request each.
final class Requests {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final Map<String, String> API_VERSIONS = Map.of(
            "Secret", "v1",
            "RoleBinding", "rbac.authorization.k8s.io/v1",
            "OAuthTokenStore", "tokenstore.dev/v1alpha1");

    /// The API server's code for what a policy refuses in the API server's own words.
    static final int UNPROCESSABLE = 422;

    private final KubernetesClient client;
    private final String namespace;

    Requests(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /// @param yaml the object without `apiVersion`, `kind` and name
    void create(String kind, String name, String yaml) {
        resource(kind, name, yaml).create();
    }

    /// Creates it as a dry run.
    void tryToCreate(String kind, String name, String yaml) {
        resource(kind, name, yaml).dryRun().create();
    }

    void apply(String kind, String name, String yaml) {
        resource(kind, name, yaml).forceConflicts().serverSideApply();
    }

    void patch(String kind, String name, String mergePatch) {
        named(kind, name).patch(MERGE, Serialization.asJson(parsed(mergePatch, Map.class)));
    }

    void patchStatus(String kind, String name, String mergePatch) {
        named(kind, name).subresource("status").patch(MERGE, Serialization.asJson(parsed(mergePatch, Map.class)));
    }

    void delete(String kind, String name) {
        named(kind, name).delete();
    }

    boolean exists(String kind, String name) {
        return named(kind, name).get() != null;
    }

    String uid(String kind, String name) {
        return named(kind, name).require().getMetadata().getUid();
    }

    private Resource<GenericKubernetesResource> resource(String kind, String name, String yaml) {
        var object = parsed(yaml, GenericKubernetesResource.class);
        object.setApiVersion(API_VERSIONS.get(kind));
        object.setKind(kind);
        object.getMetadata().setName(name);
        return client.genericKubernetesResources(API_VERSIONS.get(kind), kind)
                .inNamespace(namespace)
                .resource(object);
    }

    private Resource<GenericKubernetesResource> named(String kind, String name) {
        return client.genericKubernetesResources(API_VERSIONS.get(kind), kind)
                .inNamespace(namespace)
                .withName(name);
    }

    /// YAML that begins with a brace would be taken for JSON.
    private static <T> T parsed(String yaml, Class<T> type) {
        return Serialization.unmarshal("---\n" + yaml, type);
    }

    /// Expects that the API server forbids it, in these words.
    static void assertForbidden(ThrowingCallable request, String sentence) {
        assertRefused(request, HttpURLConnection.HTTP_FORBIDDEN, sentence);
    }

    static void assertRefused(ThrowingCallable request, int code, String sentence) {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(request)
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(code))
                .withMessageContaining(sentence);
    }
}
