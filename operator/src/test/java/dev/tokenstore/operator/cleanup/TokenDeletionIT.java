package dev.tokenstore.operator.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.operator.cleanup.CleanupPlan.DueToken;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Deletion against a real API server: only of what the decision was taken on.
class TokenDeletionIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create();

    private final TokenIndex index = new TokenIndex("unused", InstantSource.system());

    @Test
    void deletesATokenThatIsStillTheSame() {
        var due = decidedOn(create("same"));

        assertThat(delete(due)).isEqualTo(new TokenDeletion.Result(Map.of(EndReason.TOO_OLD, 1), 0, 0, false));

        assertThat(exists("same")).isFalse();
        assertThat(index.size()).isZero();
    }

    @Test
    void aTokenWrittenToSinceTheDecisionSurvives() {
        var due = decidedOn(create("changed"));
        kubernetes
                .admin()
                .secrets()
                .withName("changed")
                .edit(secret -> new SecretBuilder(secret)
                        .editMetadata()
                        .addToAnnotations(TokenSecretLayout.SAVED_AT, "2030-01-01T00:00:00Z")
                        .endMetadata()
                        .build());

        assertThat(delete(due)).isEqualTo(new TokenDeletion.Result(Map.of(), 1, 0, false));

        assertThat(exists("changed")).isTrue();
        assertThat(index.size()).isOne();
    }

    @Test
    void anotherTokenUnderTheSameNameSurvives() {
        var due = decidedOn(create("again"));
        kubernetes.admin().secrets().withName("again").delete();
        create("again");

        assertThat(delete(due)).isEqualTo(new TokenDeletion.Result(Map.of(), 1, 0, false));

        assertThat(exists("again")).isTrue();
    }

    @Test
    void theUidIsGuardedToo() {
        var secret = create("uid");
        secret.getMetadata().setUid("00000000-0000-0000-0000-000000000000");

        assertThat(delete(decidedOn(secret))).isEqualTo(new TokenDeletion.Result(Map.of(), 1, 0, false));

        assertThat(exists("uid")).isTrue();
    }

    @Test
    void aTokenThatSomeoneElseDeletedIsNotCounted() {
        var due = decidedOn(create("gone"));
        kubernetes.admin().secrets().withName("gone").delete();

        assertThat(delete(due)).isEqualTo(TokenDeletion.Result.NOTHING);

        assertThat(index.size()).isZero();
    }

    private TokenDeletion.Result delete(DueToken due) {
        try (var client = SecretMetadata.open(kubernetes.config(), builder -> {});
                var deletion = new TokenDeletion(client, () -> true)) {
            return deletion.delete(kubernetes.namespace(), index, List.of(due), () -> true);
        }
    }

    private DueToken decidedOn(Secret secret) {
        index.put(secret.getMetadata().getName(), secret);
        return new DueToken(index.tokensOf("crm").getFirst(), EndReason.TOO_OLD);
    }

    private static Secret create(String name) {
        return kubernetes
                .admin()
                .secrets()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels(TokenSecretLayout.STORE_LABEL, "crm")
                        .endMetadata()
                        .withType(TokenSecretLayout.SECRET_TYPE)
                        .build())
                .create();
    }

    private static boolean exists(String name) {
        return kubernetes.admin().secrets().withName(name).get() != null;
    }
}
