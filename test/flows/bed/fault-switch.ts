/** A fault that was planted; a case counts only when it fired. */
export interface FaultSwitch {
  fired(): boolean;
}
