import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

/** Prints a line for each profile and file: PASS or FAIL, the number of checks, and the rules that are broken. */
public class Check {
    private record Job(ValidationProfile profile, String name, String file) {}

    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        List<Job> jobs = new ArrayList<>();
        for (String name : arguments[0].split(",")) {
            // createValidator by flavour looks for the profiles in a folder that this jar does not have.
            InputStream xml = Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml");
            ValidationProfile profile = Profiles.profileFromXml(xml);
            for (int place = 1; place < arguments.length; place++) {
                jobs.add(new Job(profile, name, arguments[place]));
            }
        }
        jobs.parallelStream().map(Check::verdict).forEach(System.out::println);
    }

    private static String verdict(Job job) {
        try (PDFAParser parser = Foundries.defaultInstance()
                .createParser(new File(job.file()), job.profile().getPDFAFlavour());
                PDFAValidator validator = Foundries.defaultInstance().createValidator(job.profile(), false)) {
            ValidationResult result = validator.validate(parser);
            TreeMap<String, String> broken = new TreeMap<>();
            for (TestAssertion found : result.getTestAssertions()) {
                broken.put(found.getRuleId().getClause() + "-" + found.getRuleId().getTestNumber(),
                    found.getMessage());
            }
            return (result.isCompliant() ? "PASS" : "FAIL") + "\t" + job.name() + "\t" + job.file()
                + "\t" + result.getTotalAssertions() + "\t" + broken;
        } catch (Exception error) {
            throw new IllegalStateException(job.file(), error);
        }
    }
}
