package dev.tokenstore.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiCallTest {
    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/namespaces/crm/secrets?limit=50, list, secrets",
        "GET, /api/v1/namespaces/crm/secrets?watch=true, watch, secrets",
        "GET, /api/v1/secrets, list, secrets",
        "DELETE, /api/v1/namespaces/crm/secrets/token-1, delete, secrets",
        "DELETE, /api/v1/namespaces/crm/secrets, deletecollection, secrets",
        "GET, /api/v1/namespaces/crm, get, namespaces",
        "GET, /api/v1/namespaces, list, namespaces",
        "GET, /apis/tokenstore.dev/v1alpha1/oauthtokenstores, list, oauthtokenstores.tokenstore.dev",
        "PATCH, /apis/tokenstore.dev/v1alpha1/namespaces/a/oauthtokenstores/b/status, patch, oauthtokenstores.tokenstore.dev/status",
        "PUT, /apis/coordination.k8s.io/v1/namespaces/a/leases/b, update, leases.coordination.k8s.io",
        "POST, /apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings?dryRun=All, create, rolebindings.rbac.authorization.k8s.io",
        "GET, /behind/a/proxy/api/v1/namespaces/crm/secrets/x, get, secrets",
        "GET, /version, get, none",
        "GET, /apis, get, none",
        "GET, /, get, none",
    })
    void namesVerbAndResourceAndNoObject(String method, String path, String verb, String resource) {
        assertThat(ApiCall.of(method, URI.create("https://10.0.0.1:443" + path)))
                .isEqualTo(new ApiCall(verb, resource));
    }
}
