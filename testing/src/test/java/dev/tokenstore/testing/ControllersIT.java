package dev.tokenstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ControllersIT {
    /// Seconds here; a cluster that the environment names first has to notice the custom resource.
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create()
            .withControllers()
            .withCustomResourceDefinitions(Path.of("src/test/resources/crds"));

    @Test
    void aDeletedNamespaceGoesWithAllThatIsInIt() {
        var namespace = kubernetes.newNamespace();
        var secret = kubernetes.admin().resource(secret(namespace, "inside")).create();

        kubernetes.admin().namespaces().withName(namespace).delete();

        await().atMost(LIMIT)
                .until(() -> kubernetes.admin().namespaces().withName(namespace).get() == null);
        assertThat(kubernetes.admin().resource(secret).get()).isNull();
    }

    @Test
    void aSecretGoesWithTheCustomResourceThatOwnsIt() {
        var owner = kubernetes.apply(sample("owner")).getFirst();
        var other = kubernetes.apply(sample("other")).getFirst();
        var owned = kubernetes.admin().resource(ownedBy(owner, "owned")).create();
        var kept = kubernetes.admin().resource(ownedBy(other, "kept")).create();

        kubernetes.admin().resource(owner).delete();

        await().atMost(LIMIT).until(() -> kubernetes.admin().resource(owned).get() == null);
        assertThat(kubernetes.admin().resource(kept).get()).isNotNull();
    }

    @Test
    void anAdmissionPolicyIsToldWhatIsWrongInIt() {
        var name = kubernetes.namespace();
        var policy = kubernetes.apply("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicy
                metadata:
                  name: %s
                spec:
                  matchConstraints:
                    resourceRules:
                    - apiGroups: [""]
                      apiVersions: [v1]
                      operations: [CREATE]
                      resources: [secrets]
                  validations:
                  - expression: object.nothing == 'such'
                """.formatted(name)).getFirst();

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(statusOf(policy)).satisfies(status -> {
                    assertThat(status.getObservedGeneration()).isEqualTo(1);
                    assertThat(status.getTypeChecking().getExpressionWarnings())
                            .singleElement()
                            .asString()
                            .contains("undefined field 'nothing'");
                }));
        kubernetes.admin().resource(policy).delete();
    }

    private static ValidatingAdmissionPolicyStatus statusOf(HasMetadata policy) {
        return kubernetes
                .admin()
                .admissionRegistration()
                .v1()
                .validatingAdmissionPolicies()
                .withName(policy.getMetadata().getName())
                .get()
                .getStatus();
    }

    private static String sample(String name) {
        return """
                apiVersion: testing.tokenstore.dev/v1
                kind: Sample
                metadata:
                  name: %s
                """.formatted(name);
    }

    private static Secret ownedBy(HasMetadata owner, String name) {
        return new SecretBuilder(secret(kubernetes.namespace(), name))
                .editMetadata()
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(owner.getApiVersion())
                        .withKind(owner.getKind())
                        .withName(owner.getMetadata().getName())
                        .withUid(owner.getMetadata().getUid())
                        .build())
                .endMetadata()
                .build();
    }

    private static Secret secret(String namespace, String name) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withStringData(Map.of("key", "value"))
                .build();
    }
}
