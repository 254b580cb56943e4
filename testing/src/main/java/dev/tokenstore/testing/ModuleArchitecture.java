package dev.tokenstore.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.stream.Stream;

/// The architecture rules that hold for every module; each module's `ArchitectureTest` checks them.
///
/// @param root the package that holds all classes of the module
/// @param allowed the packages outside of `root` that the module may use, besides the JDK's and JSpecify's, as ArchUnit
/// writes them: `io.grpc..`
public record ModuleArchitecture(String root, List<String> allowed) {
    public ModuleArchitecture {
        allowed = List.copyOf(allowed);
    }

    /// Checks that the packages have no cycles, that the module uses nothing but what it may, and that its classes are
    /// named after the kind of thing they are.
    public void check() {
        var module = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(root);
        slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(module);
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        Stream.concat(Stream.of(root + "..", "java..", "javax..", "org.jspecify.."), allowed.stream())
                                .toArray(String[]::new)))
                .check(module);
        noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Helper|Manager|Impl)")
                .orShould()
                .haveNameMatching(".*[.$]Common[^.$]*")
                .check(module);
    }

    /// Each package is a slice.
    private static final class Packages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return SliceIdentifier.of(javaClass.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
