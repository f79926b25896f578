#:property RestorePackagesWithLockFile=false
#:property NoWarn=CS1591;CA1303;CA1305;CA1515;IDE0005
// Joins the list of requirements with the reports of the test suites: number, claim, tests and result. Exit code 1 where a number that is due has
// no test, or one that did not pass; also where a test names a number that is not in the list.
using System.Xml.Linq;

var requirements = File.ReadLines(args[0])
    .Where(line => line.Length > 0 && line[0] != '#')
    .Select(line => line.Split('|', 3, StringSplitOptions.TrimEntries))
    .Select(parts => (Number: parts[0], IsDue: parts[1] == "due", Claim: parts[2]))
    .ToList();
var tests = args.Skip(1)
    .SelectMany(file => XDocument.Load(file).Descendants("test"))
    .SelectMany(test => test.Descendants("trait")
        .Where(trait => (string?)trait.Attribute("name") == "Requirement")
        .Select(trait => (Number: (string)trait.Attribute("value")!, Name: NameOf(test), Result: (string)test.Attribute("result")!)))
    .ToLookup(test => test.Number);

var missing = 0;
foreach (var (number, isDue, claim) in requirements)
{
    var own = tests[number].GroupBy(test => test.Name).Select(group => (Name: group.Key, Results: group.Select(test => test.Result).ToList())).ToList();
    var passed = own.Count > 0 && own.All(test => test.Results.TrueForAll(result => result is "Pass" or "Skip")) && own.Exists(test => test.Results.Contains("Pass"));
    var state = passed ? isDue ? "shown" : "partly" : own.Count > 0 ? "FAILED" : isDue ? "MISSING" : "later";
    missing += isDue && !passed || own.Count > 0 && !passed ? 1 : 0;
    Console.WriteLine($"{number}  {state,-8} {claim}");
    foreach (var (name, results) in own.OrderBy(test => test.Name, StringComparer.Ordinal))
    {
        Console.WriteLine($"        {name} ({results.Count(r => r == "Pass")} passed, {results.Count(r => r == "Fail")} failed, {results.Count(r => r == "Skip")} skipped)");
    }
}

foreach (var unknown in tests.Select(group => group.Key).Where(number => !requirements.Exists(r => r.Number == number)))
{
    Console.WriteLine($"{unknown}  UNKNOWN  a test names it and tests/requirements.txt does not");
    missing++;
}

var due = requirements.Count(r => r.IsDue);
Console.WriteLine(missing == 0 ? $"all {due} requirements that are due are shown" : $"{missing} of the requirements are not shown ({due} are due)");
return missing == 0 ? 0 : 1;

static string NameOf(XElement test)
{
    var type = ((string)test.Attribute("type")!).Split('.')[^1];
    return type + "." + (string)test.Attribute("method")!;
}
