package dev.tokenstore.operator;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tokenstore.operator.token.SecretMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/// The dependencies that the operator's packages may have.
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.tokenstore.operator");

    @Test
    void theOperatorKnowsTheApiModuleAndNoOther() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tokenstore.store..",
                        "dev.tokenstore.sidecar..",
                        "dev.tokenstore.client..",
                        "tokenstore.v1..",
                        "io.grpc..")
                .check(CLASSES);
    }

    /// [SecretMetadata] asks for metadata alone; any other access would bring tokens into this process.
    @Test
    void onlySecretMetadataReachesSecrets() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(SecretMetadata.class)
                .should()
                .callMethod(KubernetesClient.class, "secrets")
                .orShould()
                .callMethodWhere(target(nameMatching("raw")))
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tokenstore.operator.token")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Secret.class)
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.tokenstore.operator.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void cleanupTokensAndConditionsKnowNoOtherPartOfTheOperator() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.tokenstore.operator.cleanup",
                        "dev.tokenstore.operator.token",
                        "dev.tokenstore.operator.condition")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tokenstore.operator", "dev.tokenstore.operator.store", "dev.tokenstore.operator.metrics")
                .check(CLASSES);
    }

    @Test
    void onlyTheReconcilerItsMetersAndItsAssemblyKnowTheOperatorSdk() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.tokenstore.operator", "dev.tokenstore.operator.store", "dev.tokenstore.operator.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.javaoperatorsdk..")
                .check(CLASSES);
    }

    @Test
    void theSystemClockIsReadInMainAlone() {
        noClasses()
                .that()
                .doNotHaveSimpleName("OperatorMain")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(InstantSource.class, "system")
                .check(CLASSES);
    }
}
