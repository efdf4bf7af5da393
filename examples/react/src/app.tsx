import { useState } from 'react'
import type { Report, Scenario } from 'roofline'
import type {} from 'roofline/react'

const opening: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16 } }

/** React 19 sets properties of elements and listens to their events by `on` and the event's name. */
export function App() {
  const [scenario, setScenario] = useState(opening)
  const [report, setReport] = useState<Report | null>(null)
  const batch = scenario.workload?.batch ?? 1
  const double = () => { setScenario({ ...scenario, workload: { ...scenario.workload, batch: 2 * batch } }) }
  return (
    <>
      <p>
        <button type="button" onClick={double}>Batch {2 * batch}</button>{' '}
        <output>{report?.metrics ? `${String(Math.round(report.metrics.tokensPerSecond ?? 0))} tokens per second` : 'no answer'}</output>
      </p>
      <roofline-calculator
        scenario={scenario}
        heading-level={2}
        onscenario-change={event => { setScenario(event.detail.scenario) }}
        onreport={event => { setReport(event.detail.report) }}
      />
    </>
  )
}
