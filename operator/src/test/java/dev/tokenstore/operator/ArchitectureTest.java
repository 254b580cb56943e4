package dev.tokenstore.operator;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.testing.ModuleArchitecture;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The dependencies that the operator's packages may have.
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.tokenstore.operator");

    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.operator",
                        List.of(
                                "dev.tokenstore.api..",
                                "dev.tokenstore.runtime..",
                                "com.fasterxml.jackson..",
                                "io.fabric8..",
                                "io.javaoperatorsdk..",
                                "io.micrometer..",
                                "org.slf4j..",
                                "picocli.."))
                .check();
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
    void cleanupAndTokensKnowNoOtherPartOfTheOperator() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tokenstore.operator.cleanup", "dev.tokenstore.operator.token")
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
