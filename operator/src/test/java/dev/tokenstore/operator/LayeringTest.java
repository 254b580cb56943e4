package dev.tokenstore.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/// Who may know whom.
class LayeringTest {
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

    @Test
    void cleanupAndConditionsKnowNoOtherPartOfTheOperator() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tokenstore.operator.cleanup", "dev.tokenstore.operator.condition")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tokenstore.operator", "dev.tokenstore.operator.store", "dev.tokenstore.operator.metrics")
                .check(CLASSES);
    }

    @Test
    void onlyTheReconcilerAndItsAssemblyKnowTheOperatorSdk() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tokenstore.operator", "dev.tokenstore.operator.store")
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
